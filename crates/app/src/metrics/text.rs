//! Prometheus' text format, version 0.0.4: a family is its help, its type, and its samples.

use std::fmt::{Display, Write as _};

/// What a family counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows while the process lives.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts within bounds, with `_bucket`, `_sum` and `_count`.
    Histogram,
}

/// Metrics as they are sent.
#[derive(Clone, Debug, Default)]
pub struct Text(String);

impl Text {
    /// Begins a family; its samples follow, without another family between.
    pub fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        // Writing to a String cannot fail.
        let _ = write!(
            self.0,
            "# HELP {name} {}\n# TYPE {name} {kind}\n",
            help.replace('\\', "\\\\").replace('\n', "\\n")
        );
    }

    /// A sample of the family that was begun.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (at, (label, text)) in labels.iter().enumerate() {
            self.0.push_str(if at == 0 { "{" } else { "," });
            let _ = write!(self.0, "{label}=\"{}\"", escaped(text));
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }

    /// The whole.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_label() {
        let mut text = Text::default();
        text.family("jobs", Kind::Gauge, "Lines\nof help");
        text.sample("jobs", &[("name", "a\"} 1\nforged{x=\"\\"), ("state", "queued")], 7);
        text.sample("jobs", &[], 0.5);
        assert_eq!(
            text.finish(),
            "# HELP jobs Lines\\nof help\n# TYPE jobs gauge\n\
             jobs{name=\"a\\\"} 1\\nforged{x=\\\"\\\\\",state=\"queued\"} 7\njobs 0.5\n"
        );
    }
}
