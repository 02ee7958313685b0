//! Types of elements, by the names that PyTorch, NumPy and safetensors give them.

/// The type of an element that safetensors can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dtype {
    /// Its name in safetensors, such as `BF16`.
    pub name: &'static str,
    /// Its length in bytes.
    size: u64,
}

impl Dtype {
    /// Its length in bytes.
    pub const fn size(self) -> u64 {
        self.size
    }

    /// By the name of a storage class of PyTorch, without module.
    pub(super) fn of_storage(class: &str) -> Option<Self> {
        find(class.strip_suffix("Storage")?, |row| row.0)
    }

    /// By the name of a type of PyTorch, without module.
    pub(super) fn of_torch(name: &str) -> Option<Self> {
        find(name, |row| row.1)
    }

    /// By a type code of NumPy without byte order, such as `f4`.
    pub(super) fn of_numpy(code: &str) -> Option<Self> {
        find(code, |row| row.2)
    }
}

/// The storage class of PyTorch without its end, the type of PyTorch, the code of NumPy, the name in safetensors, the length.
type Row = (&'static str, &'static str, &'static str, &'static str, u64);

fn find(name: &str, column: fn(&Row) -> &'static str) -> Option<Dtype> {
    let row = TYPES.iter().find(|row| !name.is_empty() && column(row) == name)?;
    Some(Dtype { name: row.3, size: row.4 })
}

const TYPES: &[Row] = &[
    ("Float", "float32", "f4", "F32", 4),
    ("Double", "float64", "f8", "F64", 8),
    ("Half", "float16", "f2", "F16", 2),
    ("BFloat16", "bfloat16", "", "BF16", 2),
    ("Long", "int64", "i8", "I64", 8),
    ("Int", "int32", "i4", "I32", 4),
    ("Short", "int16", "i2", "I16", 2),
    ("Char", "int8", "i1", "I8", 1),
    ("Byte", "uint8", "u1", "U8", 1),
    ("Bool", "bool", "b1", "BOOL", 1),
    ("", "uint16", "u2", "U16", 2),
    ("", "uint32", "u4", "U32", 4),
    ("", "uint64", "u8", "U64", 8),
    ("", "float8_e4m3fn", "", "F8_E4M3", 1),
    ("", "float8_e5m2", "", "F8_E5M2", 1),
    ("", "float8_e8m0fnu", "", "F8_E8M0", 1),
    ("Float8_e4m3fn", "", "", "F8_E4M3", 1),
    ("Float8_e5m2", "", "", "F8_E5M2", 1),
    ("ComplexFloat", "complex64", "c8", "C64", 8),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_types() {
        assert_eq!(Dtype::of_storage("BFloat16Storage").map(|dtype| (dtype.name, dtype.size())), Some(("BF16", 2)));
        assert_eq!(Dtype::of_torch("float8_e5m2").map(|dtype| dtype.name), Some("F8_E5M2"));
        assert_eq!(Dtype::of_numpy("u2").map(|dtype| dtype.name), Some("U16"));
        assert_eq!([Dtype::of_storage("Storage"), Dtype::of_numpy(""), Dtype::of_torch("qint8")], [None; 3]);
    }
}
