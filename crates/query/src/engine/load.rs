//! What the engine is doing, for whoever runs the process.

use super::Engine;
use crate::load::{Load, Work};

impl Engine {
    /// What the engine is doing now.
    pub fn load(&self) -> Load {
        let (memory_limit, rollup) = (self.shared.options.memory_limit, self.shared.turns.load());
        let (statements, disk_bytes) = self.shared.lines.load();
        Load { memory_limit, disk_bytes, rollup: Work { bytes: self.memory_used(), ..rollup }, statements }
    }
}
