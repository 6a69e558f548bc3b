//! Requests in numbers: how many, by route and status, and how long their answers took. Counted in this process, from
//! its start on.

use app::metrics::{Kind, Text};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The label of whatever is no route: files of the web app, and what there is not.
pub(super) const ELSEWHERE: &str = "elsewhere";
/// Bounds of the histogram in milliseconds: a page's figures are promised within 50 ms, exports take seconds.
const BOUNDS_MS: [(u64, &str); 11] = [
    (5, "0.005"),
    (10, "0.01"),
    (25, "0.025"),
    (50, "0.05"),
    (100, "0.1"),
    (250, "0.25"),
    (500, "0.5"),
    (1_000, "1"),
    (2_500, "2.5"),
    (10_000, "10"),
    (60_000, "60"),
];
/// What is noted of a request whose client left before it was answered; nginx's word for it.
const LEFT: u16 = 499;

/// Counts of all requests. Cheap to clone; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Requests(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    under_way: AtomicU64,
    /// Routes are those of the router, methods and statuses few: the map has an end.
    known: Mutex<BTreeMap<(Arc<str>, &'static str), OfRoute>>,
}

#[derive(Clone, Debug, Default)]
struct OfRoute {
    statuses: BTreeMap<u16, u64>,
    /// Answers within each bound, and beyond the last.
    within: [u64; BOUNDS_MS.len() + 1],
    total: Duration,
}

/// A request under way. Dropped without an answer, its client left.
pub(super) struct Counted {
    requests: Requests,
    route: Arc<str>,
    method: &'static str,
    begun: Instant,
    status: u16,
}

impl Requests {
    pub(super) fn begin(&self, method: &'static str, route: Option<Arc<str>>) -> Counted {
        self.0.under_way.fetch_add(1, Ordering::Relaxed);
        let route = route.unwrap_or_else(|| Arc::from(ELSEWHERE));
        Counted { requests: self.clone(), route, method, begun: Instant::now(), status: LEFT }
    }

    /// Writes all counts.
    pub(crate) fn write(&self, text: &mut Text) {
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let name = "cloud_analyzer_http_requests_total";
        text.family(
            name,
            Kind::Counter,
            "Requests by route and status; 499: the client left before the answer.",
        );
        for ((route, method), of_route) in &known {
            for (status, count) in &of_route.statuses {
                let status = status.to_string();
                text.sample(name, &[("method", method), ("route", route), ("status", &status)], count);
            }
        }
        let name = "cloud_analyzer_http_request_duration_seconds";
        text.family(name, Kind::Histogram, "Time from a request's head to its answer's.");
        let (bucket, sum, count) = (format!("{name}_bucket"), format!("{name}_sum"), format!("{name}_count"));
        for ((route, method), of_route) in &known {
            let labels = [("method", *method), ("route", &**route)];
            let mut so_far = 0;
            let bounds = BOUNDS_MS.iter().map(|(_, bound)| *bound).chain(["+Inf"]);
            for (bound, within) in bounds.zip(of_route.within) {
                so_far += within;
                text.sample(&bucket, &[labels[0], labels[1], ("le", bound)], so_far);
            }
            text.sample(&sum, &labels, of_route.total.as_secs_f64());
            text.sample(&count, &labels, so_far);
        }
        let name = "cloud_analyzer_http_requests_under_way";
        text.family(name, Kind::Gauge, "Requests whose answer has not begun.");
        text.sample(name, &[], self.0.under_way.load(Ordering::Relaxed));
    }
}

impl Counted {
    /// Notes the answer; gives how long it took.
    pub(super) fn answered(mut self, status: StatusCode) -> Duration {
        self.status = status.as_u16();
        self.begun.elapsed()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        let shared = &self.requests.0;
        shared.under_way.fetch_sub(1, Ordering::Relaxed);
        let mut known = shared.known.lock().unwrap_or_else(PoisonError::into_inner);
        let of_route = known.entry((Arc::clone(&self.route), self.method)).or_default();
        *of_route.statuses.entry(self.status).or_default() += 1;
        let bound = BOUNDS_MS.iter().position(|(bound, _)| took <= Duration::from_millis(*bound));
        of_route.within[bound.unwrap_or(BOUNDS_MS.len())] += 1;
        of_route.total += took;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_counted_once_also_one_whose_client_left() {
        let requests = Requests::default();
        let route: Arc<str> = Arc::from("/api/v1/costs");
        requests.begin("GET", Some(Arc::clone(&route))).answered(StatusCode::OK);
        drop(requests.begin("GET", Some(route)));
        let under_way = requests.begin("GET", None);
        let mut text = Text::default();
        requests.write(&mut text);
        let text = text.finish();
        for line in [
            "cloud_analyzer_http_requests_total{method=\"GET\",route=\"/api/v1/costs\",status=\"200\"} 1",
            "cloud_analyzer_http_requests_total{method=\"GET\",route=\"/api/v1/costs\",status=\"499\"} 1",
            "cloud_analyzer_http_request_duration_seconds_bucket{method=\"GET\",route=\"/api/v1/costs\",le=\"+Inf\"} 2",
            "cloud_analyzer_http_request_duration_seconds_count{method=\"GET\",route=\"/api/v1/costs\"} 2",
            "cloud_analyzer_http_requests_under_way 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        drop(under_way);
    }
}
