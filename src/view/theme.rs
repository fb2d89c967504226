//! placeholder
pub struct Theme;
