//! Options that would do nothing beside the others are mistakes, and are named: whoever gives one believes that it works.

use palisade_text::Action;

use crate::{
    args::{FormatChoice, InspectArguments},
    output::Failure,
};

/// Fails where an option has no effect.
pub(super) fn check(arguments: &InspectArguments) -> Result<(), Failure> {
    redaction(arguments)?;
    detection(arguments)?;
    let InspectArguments { report, explain, .. } = arguments;
    if *explain && !matches!(report.format, FormatChoice::Plain | FormatChoice::Json) {
        return Err(Failure::usage("`--explain` does not go with this `--format`")
            .hint("plain and json show which words made the score"));
    }
    let baseline = [("--baseline", &report.baseline), ("--write-baseline", &report.write_baseline)];
    if report.format == FormatChoice::Json
        && let Some((option, _)) = baseline.iter().find(|(_, file)| file.is_some())
    {
        return Err(Failure::usage(format!("`{option}` does not go with `--format json`"))
            .hint("a baseline accepts findings of reports: plain, sarif, github, markdown and html"));
    }
    Ok(())
}

/// Keys, vaults and digits that are kept belong to some actions and not to others.
fn redaction(arguments: &InspectArguments) -> Result<(), Failure> {
    let InspectArguments { redact, vault, redact_key_file, keep_last_four, restore, .. } = arguments;
    let tokenises = redact.iter().any(|choice| choice.action == Action::Tokenise);
    let cards = redact.iter().any(|choice| {
        choice.action == Action::Tokenise
            && matches!(choice.what.as_deref(), None | Some("personal-data" | "payment-card"))
    });
    let keyed = redact.iter().any(|choice| choice.action.needs_key());
    if vault.is_some() && !tokenises && !restore {
        return Err(Failure::usage("`--vault` needs `--redact tokenise` or `--restore`")
            .hint("no other action keeps a way back"));
    }
    if redact_key_file.is_some() && !keyed {
        return Err(Failure::usage("`--redact-key-file` needs `--redact hash` or `--redact tokenise`")
            .hint("no other action has a key"));
    }
    if *keep_last_four && !cards {
        return Err(Failure::usage("`--keep-last-four` needs `--redact tokenise`, of payment cards or of everything")
            .hint("no other action keeps digits"));
    }
    Ok(())
}

/// What `--detectors` leaves out does not run, whatever else is said of it.
fn detection(arguments: &InspectArguments) -> Result<(), Failure> {
    let InspectArguments { detectors, .. } = arguments;
    let wanted = |name: &str| detectors.is_empty() || detectors.iter().any(|wanted| wanted == name);
    for (name, option, given) in [
        ("injection", "--threshold", arguments.threshold.is_some()),
        ("injection", "--explain", arguments.explain),
        ("leak", "--protect", !arguments.protect.is_empty()),
        ("leak", "--canary", !arguments.canary.is_empty()),
        ("topic", "--topics", arguments.topics.is_some()),
        ("classifier", "--classifier", arguments.classifier.is_some()),
    ] {
        if given && !wanted(name) {
            return Err(Failure::usage(format!("`{option}` is given, and `--detectors` leaves `{name}` out"))
                .hint(format!("--detectors {},{name}", detectors.join(","))));
        }
    }
    if !arguments.redact.is_empty() && !wanted("personal-data") && !wanted("secret") {
        return Err(Failure::usage("`--redact` is given, and `--detectors` leaves `personal-data` and `secret` out")
            .hint("what is not looked for is not taken out"));
    }
    Ok(())
}
