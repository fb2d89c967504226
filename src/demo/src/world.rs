//! What there is.
#[derive(Debug, Default)]
pub struct World {}

impl World {
    /// Lets time pass; whether anything changed.
    pub fn advance(&mut self, _now: i64) -> bool {
        false
    }

    /// When something will next happen by itself.
    #[must_use]
    pub fn due(&self) -> Option<i64> {
        None
    }
}
