//! How bytes and errors of the operating system are written for people, wherever they are shown.

use std::{fmt::Write as _, io};

/// Bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The words of the operating system, without the number of the error and without the path, which stands beside them.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }

    #[test]
    fn reasons_hold_no_numbers() {
        assert_eq!(reason(&io::Error::from_raw_os_error(2)), "no such file or folder");
        assert!(!reason(&io::Error::from_raw_os_error(20)).contains("os error"));
    }
}
