// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq

extension FieldPool {
    /// The properties for `amqp_basic_publish`; what is absent has no flag, and every other byte is zero.
    func properties(_ properties: AMQPProperties) -> amqp_basic_properties_t {
        var fields = unsafe amqp_basic_properties_t()
        unsafe set(properties.contentType, AMQP_BASIC_CONTENT_TYPE_FLAG, \.content_type, in: &fields)
        unsafe set(properties.contentEncoding, AMQP_BASIC_CONTENT_ENCODING_FLAG, \.content_encoding, in: &fields)
        unsafe set(properties.correlationID, AMQP_BASIC_CORRELATION_ID_FLAG, \.correlation_id, in: &fields)
        unsafe set(properties.replyTo, AMQP_BASIC_REPLY_TO_FLAG, \.reply_to, in: &fields)
        unsafe set(properties.expiration, AMQP_BASIC_EXPIRATION_FLAG, \.expiration, in: &fields)
        unsafe set(properties.messageID, AMQP_BASIC_MESSAGE_ID_FLAG, \.message_id, in: &fields)
        unsafe set(properties.type, AMQP_BASIC_TYPE_FLAG, \.type, in: &fields)
        unsafe set(properties.userID, AMQP_BASIC_USER_ID_FLAG, \.user_id, in: &fields)
        unsafe set(properties.appID, AMQP_BASIC_APP_ID_FLAG, \.app_id, in: &fields)
        unsafe set(properties.clusterID, AMQP_BASIC_CLUSTER_ID_FLAG, \.cluster_id, in: &fields)
        if let deliveryMode = properties.deliveryMode {
            unsafe fields.delivery_mode = deliveryMode.rawValue
            unsafe fields._flags |= amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
        }
        if let priority = properties.priority {
            unsafe fields.priority = priority
            unsafe fields._flags |= amqp_flags_t(AMQP_BASIC_PRIORITY_FLAG)
        }
        if let timestamp = properties.timestamp {
            unsafe fields.timestamp = timestamp
            unsafe fields._flags |= amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG)
        }
        if !properties.headers.isEmpty {
            unsafe fields.headers = table(properties.headers)
            unsafe fields._flags |= amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
        }
        return unsafe fields
    }

    private func set(
        _ text: String?,
        _ flag: Int32,
        _ field: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>,
        in fields: inout amqp_basic_properties_t
    ) {
        guard let text else { return }
        unsafe fields[keyPath: field] = bytes(text)
        unsafe fields._flags |= amqp_flags_t(flag)
    }
}
