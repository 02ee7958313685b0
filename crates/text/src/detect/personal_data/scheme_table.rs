//! Every identifier that is written in digits: how people write it, how it is checked, and how sure it is by itself.

use palisade_base::Confidence;

use super::{
    more_schemes,
    schemes::{self, HEALTH, Scheme},
};

/// In this order they are tried.
pub(super) const SCHEMES: &[Scheme] = &[
    scheme("us-ssn", &[&[3, 2, 4]], b"- ", 9, schemes::us_ssn, MEDIUM, None),
    scheme("fr-nir", &[&[1, 2, 2, 2, 3, 3, 2]], b" ", 15, schemes::fr_nir, HIGH, MEDIUM),
    scheme("nl-bsn", &[&[4, 2, 3], &[3, 3, 3]], b". ", 9, schemes::nl_bsn, None, None),
    scheme("br-cpf", &[&[3, 3, 3, 2]], b".-", 11, schemes::br_cpf, HIGH, None),
    scheme("pl-pesel", &[], b"", 11, schemes::pl_pesel, None, None),
    scheme("de-tax-id", &[&[2, 3, 3, 3]], b" ", 11, schemes::de_tax_id, None, None),
    scheme("se-personnummer", &[&[6, 4], &[8, 4]], b"-", 10, schemes::se_personnummer, MEDIUM, None),
    scheme("ch-ahv", &[&[3, 4, 4, 2]], b".", 13, schemes::ch_ahv, HIGH, None),
    scheme("ca-sin", &[&[3, 3, 3]], b"- ", 9, schemes::ca_sin, None, None),
    scheme(HEALTH, &[&[3, 3, 4]], b" -", 10, schemes::uk_nhs, None, None),
    scheme("cn-resident-id", &[], b"", 18, schemes::is_cn_resident_id, None, HIGH),
    scheme("in-aadhaar", &[&[4, 4, 4]], b" -", 12, schemes::in_aadhaar, None, None),
    scheme("dk-cpr", &[&[6, 4]], b"-", 10, more_schemes::dk_cpr, None, None),
    scheme("no-fodselsnummer", &[&[6, 5]], b" ", 11, more_schemes::no_fodselsnummer, None, None),
    scheme("be-national-number", &[&[2, 2, 2, 3, 2]], b".-", 11, more_schemes::be_national_number, None, None),
    scheme("pt-nif", &[&[3, 3, 3]], b" ", 9, more_schemes::pt_nif, None, None),
    scheme("gr-amka", &[], b"", 11, more_schemes::gr_amka, None, None),
    scheme("za-id", &[&[6, 4, 3]], b" ", 13, more_schemes::za_id, None, None),
    scheme("il-identity", &[], b"", 9, more_schemes::il_identity, None, None),
    scheme("tr-identity", &[], b"", 11, more_schemes::tr_identity, None, None),
    scheme("kr-rrn", &[&[6, 7]], b"-", 13, more_schemes::kr_rrn, MEDIUM, None),
    scheme("jp-my-number", &[&[4, 4, 4]], b" -", 12, more_schemes::jp_my_number, None, None),
    scheme("au-tfn", &[&[3, 3, 3]], b" ", 9, more_schemes::au_tfn, None, None),
    scheme("au-medicare", &[&[4, 5, 1]], b" -", 10, more_schemes::au_medicare, None, None),
    scheme("us-npi", &[], b"", 10, more_schemes::us_npi, None, None),
    scheme("br-cnpj", &[&[2, 3, 3, 4, 2]], b"./-", 14, more_schemes::br_cnpj, HIGH, None),
    scheme("at-svnr", &[&[4, 6]], b" ", 10, more_schemes::at_svnr, None, None),
    scheme("cz-rodne-cislo", &[&[6, 4]], b"/", 10, more_schemes::cz_rodne_cislo, MEDIUM, None),
    scheme("ro-cnp", &[], b"", 13, more_schemes::ro_cnp, None, None),
    scheme("bg-egn", &[], b"", 10, more_schemes::bg_egn, None, None),
    scheme("hr-oib", &[], b"", 11, more_schemes::hr_oib, None, None),
    scheme("ee-isikukood", &[], b"", 11, more_schemes::ee_isikukood, None, None),
    scheme("th-id", &[&[1, 4, 5, 2, 1]], b"- ", 13, more_schemes::th_id, MEDIUM, None),
    scheme("cl-rut", &[&[2, 3, 3, 1], &[1, 3, 3, 1]], b".-", 9, more_schemes::cl_rut, MEDIUM, None),
    scheme("ar-cuit", &[&[2, 8, 1]], b"-", 11, more_schemes::ar_cuit, MEDIUM, None),
    scheme("ru-snils", &[&[3, 3, 3, 2]], b"- ", 11, more_schemes::ru_snils, MEDIUM, None),
    scheme("ru-inn", &[], b"", 12, more_schemes::ru_inn, None, None),
    scheme("fi-hetu", &[&[6, 4]], b"-+", 10, more_schemes::fi_hetu, None, None),
];

const MEDIUM: Option<Confidence> = Some(Confidence::Medium);
const HIGH: Option<Confidence> = Some(Confidence::High);

/// A kind, its groups and what separates them, its length, its check, and how sure it is in groups and without.
const fn scheme(
    kind: &'static str,
    shapes: &'static [&'static [usize]],
    separators: &'static [u8],
    len: usize,
    valid: fn(&[u8]) -> bool,
    alone: Option<Confidence>,
    naked: Option<Confidence>,
) -> Scheme {
    Scheme { kind, shapes, separators, len, valid, alone, naked }
}
