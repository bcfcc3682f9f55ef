//! x
pub(super) fn unsubscribe_address(contact: &str, key: &str) -> String {
    format!("mailto:{contact}?subject={key}")
}
