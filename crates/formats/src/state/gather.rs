//! The elements of a tensor side by side, whatever its strides are.

use std::ops::Range;

use super::Tensor;

impl Tensor {
    /// Hands the elements on in their order, in blocks, with the bytes of the file that are not needed again in this order.
    /// Stops with the first error of `take`.
    pub fn gather<E>(&self, bytes: &[u8], take: &mut dyn FnMut(&[u8], Range<usize>) -> Result<(), E>) -> Result<(), E> {
        if self.count() == 0 {
            return Ok(());
        }
        let view = bytes.get(self.range.clone()).unwrap_or_default();
        if self.is_contiguous() {
            for (number, block) in view.chunks(BLOCK).enumerate() {
                let start = self.range.start + number * BLOCK;
                take(block, start..start + block.len())?;
            }
            return Ok(());
        }
        self.scattered(view, take)
    }

    /// Whether its elements lie side by side.
    pub fn is_contiguous(&self) -> bool {
        let mut step = 1u64;
        self.shape.iter().zip(&self.strides).rev().all(|(side, stride)| {
            let holds = *side == 1 || *stride == step;
            step = step.saturating_mul(*side);
            holds
        })
    }

    fn scattered<E>(&self, view: &[u8], take: &mut dyn FnMut(&[u8], Range<usize>) -> Result<(), E>) -> Result<(), E> {
        let unit = usize::try_from(self.dtype.size()).unwrap_or(1);
        let mut buffer = Vec::with_capacity(BLOCK + unit);
        let mut index = vec![0u64; self.shape.len()];
        // Checked when the tensor was read: no sum of offsets leaves the view.
        let mut at = 0u64;
        loop {
            let start = usize::try_from(at).unwrap_or(usize::MAX).saturating_mul(unit);
            buffer.extend_from_slice(view.get(start..start.saturating_add(unit)).unwrap_or_default());
            if buffer.len() >= BLOCK {
                take(&buffer, 0..0)?;
                buffer.clear();
            }
            let mut more = false;
            for ((position, side), stride) in index.iter_mut().zip(&self.shape).zip(&self.strides).rev() {
                *position += 1;
                at += stride;
                if *position < *side {
                    more = true;
                    break;
                }
                at -= stride * side;
                *position = 0;
            }
            if !more {
                return take(&buffer, 0..0);
            }
        }
    }
}

/// Bytes that are handed on at a time.
const BLOCK: usize = 1 << 20;
