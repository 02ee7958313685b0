//! Makes small files for tests: a root group with attributes, data sets and links, in the newest layout.

/// A file in the making.
#[derive(Default)]
pub(crate) struct Sample {
    messages: Vec<u8>,
    datasets: Vec<(String, Vec<u8>)>,
}

impl Sample {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn message(&mut self, kind: u8, body: &[u8]) {
        self.messages.push(kind);
        self.messages.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
        self.messages.push(0);
        self.messages.extend(body);
    }

    /// A string attribute of the root.
    pub(crate) fn attribute(mut self, name: &str, value: &[u8]) -> Self {
        let mut body = vec![3, 0];
        body.extend(u16::try_from(name.len() + 1).unwrap().to_le_bytes());
        body.extend([8, 0, 4, 0, 0]);
        body.extend(name.as_bytes());
        body.extend([0, 0x13, 0, 0, 0]);
        body.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        body.extend([2, 0, 0, 0]);
        body.extend(value);
        self.message(0x0c, &body);
        self
    }

    /// An attribute of the root whose value is the first object of the global heap at an address.
    pub(crate) fn distant(mut self, name: &str, len: u32, heap: u64) -> Self {
        let mut body = vec![3, 0];
        body.extend(u16::try_from(name.len() + 1).unwrap().to_le_bytes());
        body.extend([8, 0, 4, 0, 0]);
        body.extend(name.as_bytes());
        body.extend([0, 0x19, 1, 0, 0, 16, 0, 0, 0, 2, 0, 0, 0]);
        body.extend(len.to_le_bytes());
        body.extend(heap.to_le_bytes());
        body.extend([1, 0, 0, 0]);
        self.message(0x0c, &body);
        self
    }

    /// A data set of bytes under the root.
    pub(crate) fn dataset(mut self, name: &str, value: &[u8]) -> Self {
        self.datasets.push((name.to_owned(), value.to_vec()));
        self
    }

    fn link(&mut self, name: &str, kind: u8, value: &[u8]) {
        let mut body = vec![1, if kind == 0 { 0 } else { 8 }];
        body.extend((kind > 0).then_some(kind));
        body.push(u8::try_from(name.len()).unwrap());
        body.extend(name.as_bytes());
        body.extend(value);
        self.message(0x06, &body);
    }

    /// A link to another file.
    pub(crate) fn external(mut self, name: &str, file: &str, path: &str) -> Self {
        let value = format!("\0{file}\0{path}\0");
        let len = u16::try_from(value.len()).unwrap().to_le_bytes();
        self.link(name, 64, &[&len, value.as_bytes()].concat());
        self
    }

    /// A link by name.
    pub(crate) fn soft(mut self, name: &str, path: &str) -> Self {
        let len = u16::try_from(path.len()).unwrap().to_le_bytes();
        self.link(name, 1, &[&len, path.as_bytes()].concat());
        self
    }

    /// The bytes of the file.
    pub(crate) fn build(mut self) -> Vec<u8> {
        let mut bytes = [b"\x89HDF\r\n\x1a\n".as_slice(), &[3, 8, 8, 0], &[0; 36]].concat();
        let mut places = Vec::new();
        for (name, value) in std::mem::take(&mut self.datasets) {
            let at = bytes.len() as u64;
            let shape = [&[2, 1, 0, 1][..], &(value.len() as u64).to_le_bytes()].concat();
            let layout = [&[3, 0][..], &u16::try_from(value.len()).unwrap().to_le_bytes(), value.as_slice()].concat();
            let kind = [0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0];
            let mut object = Self::new();
            object.message(0x01, &shape);
            object.message(0x03, &kind);
            object.message(0x08, &layout);
            bytes.extend(object.header());
            places.push((name, at));
        }
        for (name, at) in places {
            self.link(&name, 0, &at.to_le_bytes());
        }
        let root = (bytes.len() as u64).to_le_bytes();
        bytes.extend(self.header());
        let end = (bytes.len() as u64).to_le_bytes();
        bytes[28..36].copy_from_slice(&end);
        bytes[36..44].copy_from_slice(&root);
        bytes
    }

    fn header(&self) -> Vec<u8> {
        let len = u32::try_from(self.messages.len()).unwrap().to_le_bytes();
        [b"OHDR\x02\x02".as_slice(), &len, &self.messages, &[0; 4]].concat()
    }
}
