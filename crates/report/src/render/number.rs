//! Numbers as people read them.

/// `12 345`: groups of three with a narrow no-break space between.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// Points from 0 to 100 without decimals; a dash for what is no number.
pub(crate) fn points(value: f64) -> String {
    if value.is_finite() { format!("{:.0}", value.clamp(0.0, 100.0)) } else { "–".to_owned() }
}

/// A measured value with four significant digits.
pub(crate) fn measured(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    if !(1e-4..1e9).contains(&size) {
        return format!("{value:.3e}");
    }
    let decimals = FLOORS.iter().position(|floor| size >= *floor).unwrap_or(FLOORS.len());
    let number = format!("{value:.decimals$}");
    if decimals == 0 { number } else { number.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

/// From which size on no decimal is shown, one, two and so on.
const FLOORS: [f64; 7] = [1000.0, 100.0, 10.0, 1.0, 0.1, 0.01, 0.001];

/// A number of bytes with its unit: `1.5 KiB`.
pub(crate) fn size(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut value, mut tenths, mut index) = (bytes, 0, 0);
    while value >= 1024 && index + 1 < units.len() {
        tenths = value % 1024 * 10 / 1024;
        value /= 1024;
        index += 1;
    }
    let unit = units.get(index).copied().unwrap_or_default();
    if index == 0 { format!("{value} {unit}") } else { format!("{value}.{tenths} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!((points(41.7), points(f64::NAN)), ("42".into(), "–".into()));
    }

    #[test]
    fn measured_values_have_four_digits() {
        for (value, shown) in [
            (0.067_349_926_793_557_83, "0.06735"),
            (0.123_456, "0.1235"),
            (12.0, "12"),
            (-123.456, "-123.5"),
            (12_000.4, "12000"),
            (0.000_123_46, "0.0001235"),
            (2.5e-9, "2.500e-9"),
            (0.0, "0"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(measured(value), shown);
        }
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, expected) in [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (3_400_000, "3.2 MiB")] {
            assert_eq!(size(bytes), expected);
        }
    }
}
