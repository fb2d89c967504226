//! Amounts, as Kubernetes writes them: `250m`, `1`, `128Mi`.

const UNITS: [(&str, f64); 14] = [
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("Pi", 1_125_899_906_842_624.0),
    ("Ei", 1_152_921_504_606_846_976.0),
    ("n", 1e-9),
    ("u", 1e-6),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
];

fn number(text: &str) -> Option<f64> {
    let unit = UNITS.iter().find(|(unit, _)| text.ends_with(unit));
    let (digits, factor) = unit.map_or((text, 1.0), |(unit, factor)| (&text[..text.len() - unit.len()], *factor));
    digits.parse::<f64>().ok().map(|number| number * factor)
}

/// In thousandths, rounded up.
#[must_use]
pub fn milli(text: &str) -> Option<i64> {
    number(text).map(|number| (number * 1000.0 - 1e-6).ceil() as i64)
}

/// In whole units, rounded up.
#[must_use]
pub fn bytes(text: &str) -> Option<i64> {
    number(text).map(|number| (number - 1e-6).ceil() as i64)
}

/// Thousandths of a CPU in their shortest form.
#[must_use]
pub fn cpu(milli: i64) -> String {
    if milli % 1000 == 0 { (milli / 1000).to_string() } else { format!("{milli}m") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_with_their_units() {
        assert_eq!([milli("250m"), milli("1"), milli("0.5"), milli("1.5")], [250, 1000, 500, 1500].map(Some));
        assert_eq!([bytes("128Mi"), bytes("1Gi"), bytes("1k"), bytes("7")], [134_217_728, 1 << 30, 1000, 7].map(Some));
        assert_eq!(milli("much"), None);
        assert_eq!([cpu(1500), cpu(2000)], ["1500m", "2"]);
    }
}
