//! Opens ZIP archives: PyTorch, Keras, NumPy and whatever else holds models. Every member is opened by its content.

mod loose;
mod views;

use std::collections::HashSet;

use palisade_formats::{
    compress::{End, crc32},
    pickle,
    sniff::{Format, sniff},
    zip::{self, Archive, Kind, Limits, Member},
};

use super::{
    bomb,
    bundle::Bundle,
    members::{self, Entry, Leads},
    name,
    part::{DEPTH, Part},
    shape, shape_only,
    unpacked::{self, HEAD},
};
use crate::{
    Engine,
    input::model::{Oddity, OddityKind},
};

/// Opens a ZIP archive.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    if part.depth >= DEPTH {
        bomb::too_deep(part, Format::Zip, engine);
        return true;
    }
    let archive = zip::read(part.bytes, Limits::default());
    // Four bytes of a program may look like the end of an archive.
    if archive.members.is_empty() && !part.bytes.starts_with(b"PK") {
        return false;
    }
    part.enter(archive.members.len());
    let names: Vec<&str> = archive.members.iter().map(|member| &*member.name).collect();
    let bundle = Bundle::of(&part.name, &names);
    let mut opener = Opener { part, archive: &archive, bundle, seen: Seen::default() };
    opener.members(engine);
    let Opener { bundle, seen, .. } = opener;
    conclude(part, &archive, bundle, &seen, engine)
}

/// What was seen of the members, by their number.
#[derive(Default)]
struct Seen {
    /// Those that hold something that models are made of.
    code: HashSet<usize>,
    programs: HashSet<usize>,
    /// Those whose checksum or length is wrong, though their content is whole.
    lies: HashSet<usize>,
    /// Those that claim to be encrypted and are not.
    open: HashSet<usize>,
    /// How many are encrypted.
    sealed: u64,
    /// How many are packed in a way that is not supported.
    unsupported: u64,
    /// What those unpack to that hold nothing known and are packed to nearly nothing.
    emptiness: u64,
}

struct Opener<'a> {
    part: &'a Part<'a>,
    archive: &'a Archive<'a>,
    bundle: Bundle,
    seen: Seen,
}

impl<'a> Opener<'a> {
    fn members(&mut self, engine: &mut Engine) {
        let shares = self.archive.members.iter().any(|member| member.differs.contains(&zip::Difference::Overlap));
        for (number, member) in self.archive.members.iter().enumerate() {
            if !self.member(number, member, shares, engine) {
                self.part.unscanned(engine, "it unpacks to more than the scan reads");
                return;
            }
        }
        if self.bundle.asks() {
            self.modules(engine);
        }
    }

    /// Judges the modules that settings in the archive name: by now, all of them are known.
    fn modules(&mut self, engine: &mut Engine) {
        for member in self.archive.members.iter().filter(|member| member.readable()) {
            if !self.bundle.asks_for(&member.name) || self.part.is_spent() {
                continue;
            }
            let read = |limit| member.read(self.part.bytes, member.method, limit);
            let whole = self.part.unpack(member.compressed, read, |content| (content.bytes.len(), content.end));
            let Some(whole) = whole else { continue };
            let artifact = self.part.entry(&member.name);
            self.bundle.answer(&self.part.member(&artifact, &member.name, &whole.bytes), &member.name, engine);
        }
    }

    /// Opens a member with each of its methods; `false` if the budget has ended.
    fn member(&mut self, number: usize, member: &'a Member<'a>, shares: bool, engine: &mut Engine) -> bool {
        let mut recognised = false;
        for method in member.methods() {
            let Some(head) = member.read(self.part.bytes, method, HEAD) else { continue };
            if head.bytes.is_empty() {
                continue;
            }
            let format = sniff(&head.bytes);
            if format == Some(Format::Program) {
                self.seen.programs.insert(number);
            }
            recognised |= format.is_some();
            let claims = member.claims_encryption();
            let goes_on = || head.end == End::More && (pickle::may_begin(&head.bytes) || self.ends(member, method));
            if !claims && !worth_reading(member, format) && !self.bundle.wants(&member.name) && !goes_on() {
                continue;
            }
            if self.part.is_spent() {
                return false;
            }
            // What is stored is read where it lies, unless members share bytes and each would be read again.
            let read = |limit| member.read(self.part.bytes, method, limit);
            let whole = if method == 0 && !shares {
                read(usize::MAX)
            } else {
                self.part.unpack(member.compressed, read, |content| (content.bytes.len(), content.end))
            };
            let Some(whole) = whole else { continue };
            if claims && !self.is_open(number, member, &whole) {
                continue;
            }
            let artifact = self.part.entry(&member.name);
            let inner = Part {
                artifact: &artifact,
                name: name::file_name(&member.name),
                bytes: &whole.bytes,
                depth: self.part.depth + 1,
                budget: self.part.budget,
                file: None,
                cut: false,
            };
            let is_model = unpacked::open(&inner, Format::Zip, member.compressed, whole.end, engine);
            self.bundle.open(&inner, &member.name, engine);
            if is_model {
                self.seen.code.insert(number);
                if lies(member, &whole) {
                    self.seen.lies.insert(number);
                }
            }
        }
        self.seen.unsupported += u64::from(member.size > 0 && !member.readable() && !member.claims_encryption());
        // What was read was judged by itself.
        if !recognised && !worth_reading(member, None) && bomb::is_emptiness(member.compressed, member.size) {
            self.seen.emptiness = self.seen.emptiness.saturating_add(member.size);
        }
        true
    }

    /// Whether a member that begins like nothing known is an archive by its end, as its readers take it. What is packed is
    /// unpacked for that only where its name, or that of the archive, is one of models.
    fn ends(&self, member: &Member<'_>, method: u16) -> bool {
        let tail = |bytes: &[u8]| zip::has_end_record(bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or(bytes));
        let own = name::file_name(&member.name);
        if method == 0 {
            // Numbers of PyTorch are read as nothing else, and there are thousands of them.
            return !is_storage(&member.name) && tail(member.stored(self.part.bytes, method));
        }
        let archive = [".zip", ".whl", ".egg", ".jar"].iter().any(|end| own.ends_with(end));
        if !(archive || name::is_model(&own) || name::is_model(&self.part.name)) || self.part.is_spent() {
            return false;
        }
        let read = |limit| member.read(self.part.bytes, method, limit);
        let content = self.part.unpack(member.compressed, read, |content| (content.bytes.len(), content.end));
        content.is_some_and(|content| tail(&content.bytes))
    }

    /// Whether a member that claims to be encrypted is not: its content is what its checksum says.
    fn is_open(&mut self, number: usize, member: &Member<'_>, content: &zip::Content<'_>) -> bool {
        let open = content.end == End::Whole && content.bytes.len() <= CHECKED && crc32(&content.bytes) == member.crc;
        // Without a checksum, what is recognised is not encrypted.
        let whole = content.end == End::Whole && content.bytes.len() as u64 == member.size;
        let known = whole && sniff(&content.bytes).is_some_and(|format| format != Format::Zlib);
        if open || known {
            self.seen.open.insert(number);
        } else {
            self.seen.sealed += 1;
        }
        open || known
    }
}

/// Says what is odd, and what was not read.
fn conclude(part: &Part<'_>, archive: &Archive<'_>, bundle: Bundle, seen: &Seen, engine: &mut Engine) -> bool {
    let is_model = bundle.is_model()
        || name::is_model(&part.name)
        || !seen.code.is_empty()
        || archive.members.iter().any(is_model_member);
    if !archive.directory {
        part.unscanned(engine, "it has no directory at its end: it is cut, or no whole archive");
    }
    let &Seen { sealed, unsupported, .. } = seen;
    if sealed > 0 {
        part.unscanned(engine, format!("{sealed} members are encrypted"));
    }
    if unsupported > 0 {
        part.unscanned(engine, format!("{unsupported} members are packed in a way that is not supported"));
    }
    // What comes behind the limit may be a model even if nothing before it is.
    if let Some(over) = archive.over {
        part.unscanned(engine, over);
    }
    let mut oddities = members::escapes(entries(part, archive), is_model);
    oddities.extend(bombs(part, archive, seen));
    let names = || archive.members.iter().map(|member| &*member.name);
    let programs_belong = members::programs_belong(part, seen.programs.len(), names());
    oddities.extend(views::oddities(archive, seen, programs_belong));
    let armed = !seen.programs.is_empty() && !programs_belong && names().any(name::is_certain);
    if is_model {
        oddities.extend(loose::oddities(part, archive, engine));
    } else if !armed {
        oddities.retain(|oddity| matches!(oddity.kind, OddityKind::Escape | OddityKind::Bomb));
    }
    let (strange, acts) = bundle.finish(part, engine);
    oddities.extend(strange);
    members::keep_worst(&mut oddities);
    let runs_code = runs_code(part, archive, !seen.code.is_empty(), acts);
    if is_model && (runs_code.is_some() || is_weights(archive)) {
        shape(part, Format::Zip, runs_code, oddities, engine);
    } else if oddities.is_empty() {
        engine.read();
    } else {
        shape_only(part, Format::Zip, false, oddities, engine);
    }
    is_model
}

/// What unpacks to far more than it is.
fn bombs(part: &Part<'_>, archive: &Archive<'_>, seen: &Seen) -> Option<Oddity> {
    let members = &archive.members;
    let total = members.iter().fold(0u64, |sum, member| sum.saturating_add(member.size));
    let shared = members.iter().filter(|member| member.differs.contains(&zip::Difference::Overlap)).count();
    let packed = part.bytes.len() as u64;
    if bomb::is_crowd(members.len(), total) {
        return Some(bomb::oddity(0, format!("it has {} members with next to nothing in them", members.len())));
    }
    if shared > 0 && bomb::is_bomb(packed, total, false) {
        let what = format!("its members share their bytes, and unpack to {total} bytes out of {packed}");
        return Some(bomb::oddity(0, what));
    }
    // Lengths in headers may lie, so some of it is unpacked and thrown away.
    if seen.emptiness < bomb::NOTABLE || part.is_spent() {
        return None;
    }
    let limit = usize::try_from(bomb::LARGE).unwrap_or(usize::MAX);
    let (mut real, mut from) = (0usize, 0u64);
    for member in members.iter().filter(|member| bomb::is_emptiness(member.compressed, member.size)) {
        real += member.measure(part.bytes, limit - real);
        from = from.saturating_add(member.compressed);
        if bomb::is_bomb(from, real as u64, false) {
            part.spend(real);
            let what = format!("it unpacks to {total} bytes of nearly nothing out of {packed}");
            return Some(bomb::oddity(member.header as u64, what));
        }
        if real >= limit {
            break;
        }
    }
    part.spend(real);
    None
}

/// Whether a member that was read as a whole is not what its header says.
fn lies(member: &Member<'_>, content: &zip::Content<'_>) -> bool {
    let whole = content.end == End::Whole && content.bytes.len() <= CHECKED;
    // PyTorch can be told to leave checksums out; then they are zero.
    let wrong_sum = || member.crc != 0 && crc32(&content.bytes) != member.crc;
    let later = !member.listed && member.flags & 8 != 0;
    whole && !later && (content.bytes.len() as u64 != member.size || wrong_sum())
}

fn entries<'a>(part: &Part<'a>, archive: &'a Archive<'a>) -> impl Iterator<Item = Entry<'a>> + Clone {
    let bytes = part.bytes;
    archive.members.iter().map(move |member| {
        let leads = match member.kind {
            Kind::File | Kind::Folder => Leads::Nowhere,
            Kind::Device => Leads::Device,
            Kind::Link => {
                let target = member.read(bytes, member.method, LONGEST_LINK).map(|content| content.bytes);
                Leads::From(String::from_utf8_lossy(&target.unwrap_or_default()).into_owned().into())
            }
        };
        Entry { name: &member.name, offset: member.header as u64, leads }
    })
}

/// Whether a member is one that only archives of models have.
fn is_model_member(member: &Member<'_>) -> bool {
    let name = member.name.rsplit('/').next().unwrap_or_default();
    matches!(name, "data.pkl" | "constants.pkl" | "model.weights.h5")
}

fn is_weights(archive: &Archive<'_>) -> bool {
    archive.members.iter().any(is_model_member)
}

/// Whether a member holds the numbers of a tensor: `archive/data/0`.
fn is_storage(name: &str) -> bool {
    let mut parts = name.rsplit('/');
    let number = parts.next().is_some_and(|own| !own.is_empty() && own.bytes().all(|byte| byte.is_ascii_digit()));
    number && parts.next() == Some("data")
}

fn worth_reading(member: &Member<'_>, format: Option<Format>) -> bool {
    match format {
        Some(Format::Program) | None => {
            // The head is too short to tell old pickles from text; these names are loaded as pickles.
            let name = member.name.as_bytes();
            let ends = |end: &&str| {
                name.len() >= end.len()
                    && name.get(name.len() - end.len()..).is_some_and(|own| own.eq_ignore_ascii_case(end.as_bytes()))
            };
            [".pkl", ".pickle", ".p", ".joblib", ".dill", ".sav"].iter().any(ends)
        }
        Some(_) => true,
    }
}

fn runs_code(part: &Part<'_>, archive: &Archive<'_>, code: bool, acts: bool) -> Option<&'static str> {
    let has = |end: &str| archive.members.iter().any(|member| member.name.ends_with(end));
    if has("data.pkl") {
        Some("a PyTorch archive is loaded through the pickle in it")
    } else if has("model.weights.h5") || part.has_extension("keras") {
        acts.then_some("layers of it are code, or call it")
    } else if code && name::is_model(&part.name) && !has(".npy") {
        Some("it holds pickles")
    } else {
        None
    }
}

/// The longest member whose checksum is compared.
const CHECKED: usize = 64 << 20;
/// Where the end record of an archive is looked for.
const TAIL: usize = 66_000;
/// The longest target of a link.
const LONGEST_LINK: usize = 4096;

#[cfg(test)]
mod tests;
