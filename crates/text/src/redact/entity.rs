//! What kinds of values are called elsewhere.

use crate::Sort;

/// What sort of value a detector has found: the name of Microsoft Presidio where it has one, and one in its way where it
/// has none. Personal data of a new kind is called so, and no secret.
pub(crate) fn entity(sort: Sort, kind: &str) -> &'static str {
    match sort {
        Sort::Secret => "SECRET",
        _ => ENTITIES.iter().find(|(ours, _)| *ours == kind).map_or("OTHER_PERSONAL_DATA", |(_, theirs)| theirs),
    }
}

/// Every kind of value that can be found.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    ENTITIES.iter().map(|(kind, _)| *kind).chain(crate::Secrets::kinds())
}

/// Kinds of personal data.
const ENTITIES: &[(&str, &str)] = &[
    ("ar-cuit", "AR_CUIT"),
    ("at-svnr", "AT_SVNR"),
    ("au-medicare", "AU_MEDICARE"),
    ("au-tfn", "AU_TFN"),
    ("be-national-number", "BE_NATIONAL_NUMBER"),
    ("bg-egn", "BG_EGN"),
    ("br-cnpj", "BR_CNPJ"),
    ("br-cpf", "BR_CPF"),
    ("ca-sin", "CA_SIN"),
    ("ch-ahv", "CH_AHV"),
    ("cl-rut", "CL_RUT"),
    ("cn-resident-id", "CN_RESIDENT_ID"),
    ("crypto-address", "CRYPTO"),
    ("cz-rodne-cislo", "CZ_RODNE_CISLO"),
    ("date-of-birth", "DATE_OF_BIRTH"),
    ("de-tax-id", "DE_TAX_ID"),
    ("dk-cpr", "DK_CPR"),
    ("driving-licence", "US_DRIVER_LICENSE"),
    ("ee-isikukood", "EE_ISIKUKOOD"),
    ("email", "EMAIL_ADDRESS"),
    ("es-dni", "ES_NIF"),
    ("fi-hetu", "FI_PERSONAL_IDENTITY_CODE"),
    ("fr-nir", "FR_NIR"),
    ("gr-amka", "GR_AMKA"),
    ("health-record", "MEDICAL_LICENSE"),
    ("hr-oib", "HR_OIB"),
    ("iban", "IBAN_CODE"),
    ("ie-pps", "IE_PPS"),
    ("il-identity", "IL_IDENTITY"),
    ("in-aadhaar", "IN_AADHAAR"),
    ("in-pan", "IN_PAN"),
    ("ip-address", "IP_ADDRESS"),
    ("it-codice-fiscale", "IT_FISCAL_CODE"),
    ("jp-my-number", "JP_MY_NUMBER"),
    ("kr-rrn", "KR_RRN"),
    ("mac-address", "MAC_ADDRESS"),
    ("mx-curp", "MX_CURP"),
    ("mx-rfc", "MX_RFC"),
    ("nl-bsn", "NL_BSN"),
    ("no-fodselsnummer", "NO_FODSELSNUMMER"),
    ("passport", "PASSPORT"),
    ("payment-card", "CREDIT_CARD"),
    ("person-name", "PERSON"),
    ("phone", "PHONE_NUMBER"),
    ("pl-pesel", "PL_PESEL"),
    ("postal-address", "ADDRESS"),
    ("pt-nif", "PT_NIF"),
    ("ro-cnp", "RO_CNP"),
    ("role-email", "EMAIL_ADDRESS"),
    ("ru-inn", "RU_INN"),
    ("ru-snils", "RU_SNILS"),
    ("se-personnummer", "SE_PERSONNUMMER"),
    ("sg-nric", "SG_NRIC_FIN"),
    ("th-id", "TH_ID"),
    ("tr-identity", "TR_IDENTITY"),
    ("tw-id", "TW_ID"),
    ("uk-nino", "UK_NINO"),
    ("url", "URL"),
    ("us-npi", "US_NPI"),
    ("us-ssn", "US_SSN"),
    ("za-id", "ZA_ID"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_name_and_secrets_are_no_persons() {
        assert!(ENTITIES.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, and each once");
        assert_eq!(entity(Sort::Personal, "email"), "EMAIL_ADDRESS");
        assert_eq!(entity(Sort::Secret, "password"), "SECRET");
        assert_eq!(entity(Sort::Personal, "new-kind"), "OTHER_PERSONAL_DATA");
    }
}
