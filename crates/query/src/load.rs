//! What the engine is doing, for whoever watches the server.

/// Questions of a kind that are being answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Bytes of memory.
    pub bytes: usize,
    /// Questions that are worked on.
    pub held: usize,
    /// Questions that wait for their turn.
    pub waiting: usize,
}

/// What an engine is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Questions to the roll-up; its bytes are those of the roll-up in memory.
    pub rollup: Work,
    /// Statements over line items; their bytes are those that they have reserved.
    pub statements: Work,
    /// Bytes of statements on disk: what did not fit into their memory, and rows that wait for slow readers.
    pub disk_bytes: u64,
    /// Bytes that the roll-up may take, and as many again all statements together.
    pub memory_limit: usize,
}
