//! Reading a log group so that nothing is lost and nothing shown twice.
