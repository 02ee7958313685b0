//! Opens tar archives: old PyTorch files, `NeMo` checkpoints, and archives that are named like models.

use palisade_formats::{
    sniff::{Format, sniff},
    tar,
};

use super::{
    content, name,
    part::{DEPTH, Part},
    shape_only,
};
use crate::{
    Engine,
    input::model::{Oddity, OddityKind},
};

/// Opens the members whose content is something that models are made of.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    if part.depth >= DEPTH {
        part.unscanned(engine, "archives are nested too deeply");
        return true;
    }
    let members = tar::members(part.bytes, MEMBERS);
    let named = name::is_model(&part.name) || members.iter().any(|member| name::is_model(&member.name));
    let mut is_model = false;
    let mut oddities = Vec::new();
    for member in &members {
        // What a symbolic link means starts at its own folder. Archives of whole systems are full of links that leave.
        let folder = member.name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let link = member.link.as_deref().filter(|link| {
            let absolute = link.starts_with('/') || folder.is_empty();
            let from_folder = if absolute { (*link).to_owned() } else { format!("{folder}/{link}") };
            (named || !link.starts_with('/')) && name::leaves(&from_folder)
        });
        if oddities.len() < 32 && (name::leaves(&member.name) || link.is_some()) {
            let to = link.map(|link| format!(", a link to `{link}`")).unwrap_or_default();
            let what = format!("`{}`{to} leaves the folder that it is unpacked to", member.name);
            let offset = member.range.start as u64;
            oddities.push(Oddity { offset, what, kind: OddityKind::Escape, code: false });
        }
        let bytes = part.bytes.get(member.range.clone()).unwrap_or_default();
        let own = member.name.rsplit('/').next().unwrap_or_default().to_lowercase();
        if sniff(bytes).is_none() && !name::is_model(&own) {
            continue;
        }
        let artifact = part.entry(&member.name);
        is_model |= content(
            &Part { artifact: &artifact, name: own, bytes, depth: part.depth + 1, budget: part.budget, file: None },
            engine,
        );
        if member.cut && named {
            super::unscanned(&artifact, engine, "the archive ends before it does, or is larger than the scan reads");
        }
    }
    if !part.is_whole() {
        part.unscanned(engine, "it is larger than the scan reads; only its beginning was judged");
    }
    if members.len() >= MEMBERS && is_model {
        part.unscanned(engine, "it has too many members");
    }
    if !oddities.is_empty() {
        shape_only(part, Format::Tar, false, oddities, engine);
    }
    is_model
}

const MEMBERS: usize = 20_000;

#[cfg(test)]
mod tests {
    use crate::testing::findings;

    fn member(name: &str, kind: u8, link: &str) -> Vec<u8> {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(b"00000000000");
        block[156] = kind;
        block[157..157 + link.len()].copy_from_slice(link.as_bytes());
        block[257..262].copy_from_slice(b"ustar");
        block
    }

    #[test]
    fn members_and_links_that_leave_are_found() {
        for (name, kind, link, count) in [
            ("../x.pkl", b'0', "", 1),
            ("a/x.pkl", b'2', "/etc/passwd", 1),
            ("a/x.pkl", b'2', "../../x", 1),
            ("a/x.pkl", b'2', "../x", 0),
            ("x.pkl", b'2', "y.pkl", 0),
            ("usr/bin/x", b'2', "/bin/x", 0),
        ] {
            assert_eq!(findings("archive-escape", "a.tar", member(name, kind, link)).len(), count, "{name} -> {link}");
        }
    }
}
