// SPDX-License-Identifier: Apache-2.0

/// Writes metrics in Prometheus' text format 0.0.4.
struct PrometheusText {
    /// All names begin so.
    ///
    /// Source: docs/promises.md 6.3.
    static let prefix = "getnet_bridge_"

    /// One value of a gauge.
    struct Sample {
        let labels: [(String, String)]
        let value: Double

        init(_ value: Double, _ labels: (String, String)...) {
            self.value = value
            self.labels = labels
        }
    }

    private(set) var text = ""

    /// Writes every counter and histogram; a family without a label is there from the beginning, with 0.
    mutating func write(_ metrics: Metrics) {
        let (counters, distributions) = metrics.snapshot()
        for counter in Counter.allCases {
            head(counter.rawValue, counter.help, "counter")
            let series = counters.filter { $0.key.family == counter }.sorted {
                $0.key.labels.lexicographicallyPrecedes($1.key.labels)
            }
            if series.isEmpty, counter.labels.isEmpty { line(counter.rawValue, [], 0) }
            for (key, value) in series {
                line(counter.rawValue, Array(zip(counter.labels, key.labels)), Double(value))
            }
        }
        for histogram in Histogram.allCases {
            head(histogram.rawValue, histogram.help, "histogram")
            let series = distributions.filter { $0.key.family == histogram }
                .sorted { $0.key.labels.lexicographicallyPrecedes($1.key.labels) }
            for (key, distribution) in series {
                write(distribution, of: histogram, labels: Array(zip(histogram.labels, key.labels)))
            }
        }
    }

    /// Writes a gauge that was read just now.
    mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
        head(name, help, "gauge")
        for sample in samples { line(name, sample.labels, sample.value) }
    }

    /// Writes a counter that is kept elsewhere.
    mutating func counter(_ name: String, _ help: String, _ samples: [Sample]) {
        head(name, help, "counter")
        for sample in samples { line(name, sample.labels, sample.value) }
    }

    /// Writes a metric with a common name, such as `process_…`, without our prefix.
    mutating func foreign(_ name: String, _ help: String, _ kind: String, _ value: Double) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n\(name) \(Self.number(value))\n"
    }

    private mutating func write(
        _ distribution: Metrics.Distribution,
        of histogram: Histogram,
        labels: [(String, String)]
    ) {
        var total = 0
        for (bound, count) in zip(histogram.buckets, distribution.counts) {
            total += count
            line(histogram.rawValue + "_bucket", labels + [("le", Self.number(bound))], Double(total))
        }
        line(histogram.rawValue + "_bucket", labels + [("le", "+Inf")], Double(distribution.count))
        line(histogram.rawValue + "_sum", labels, distribution.sum)
        line(histogram.rawValue + "_count", labels, Double(distribution.count))
    }

    private mutating func head(_ name: String, _ help: String, _ kind: String) {
        text += "# HELP \(Self.prefix)\(name) \(help)\n# TYPE \(Self.prefix)\(name) \(kind)\n"
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
        text += Self.prefix + name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(Self.number(value))\n"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
