//! A growing list of small integers that costs nothing while all of them are equal: definition levels
//! and dictionary indices of one page.

#[derive(Debug, Default)]
pub(super) struct Runs {
    len: usize,
    first: u32,
    /// Empty as long as every item equals `first`.
    items: Vec<u32>,
}

impl Runs {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The one value of all items, if there are items and they are all equal.
    pub(super) fn constant(&self) -> Option<u32> {
        (self.len > 0 && self.items.is_empty()).then_some(self.first)
    }

    /// Every item one by one; empty when [`Self::constant`] holds.
    pub(super) fn items(&self) -> &[u32] {
        &self.items
    }

    pub(super) fn push_run(&mut self, value: u32, count: usize) {
        if count == 0 {
            return;
        }
        if self.len == 0 {
            self.first = value;
        } else if !self.items.is_empty() || value != self.first {
            self.spell_out();
            self.items.resize(self.len + count, value);
        }
        self.len += count;
    }

    pub(super) fn push_all(&mut self, values: impl Iterator<Item = u32>) {
        self.spell_out();
        self.items.extend(values);
        self.len = self.items.len();
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.items.clear();
    }

    fn spell_out(&mut self) {
        if self.items.is_empty() {
            self.items.resize(self.len, self.first);
        }
    }
}
