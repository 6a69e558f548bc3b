//! Descriptors of the process: every connection, file and outgoing request takes one.

/// Raises what this process may open to what it may raise it to; gives the number, where it is known. Many systems
/// start programs with 1,024, for programs from times when more did harm.
pub(crate) fn raise() -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let most = Rlimit { current: limit.maximum, maximum: limit.maximum };
        if setrlimit(Resource::Nofile, most).is_err() {
            // Some systems say "no limit" and refuse it; this is what macOS grants at least.
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(10_240), maximum: limit.maximum });
        }
        getrlimit(Resource::Nofile).current
    }
    #[cfg(not(unix))]
    None
}
