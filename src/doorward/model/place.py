"""Places: countries by ISO 3166-1 alpha-2, and the continent that each is on.

Continents are those that GeoNames has, whose data MaxMind's databases are made from: Cyprus, Russia and
Kosovo are in Europe, Turkey, Georgia and Kazakhstan in Asia. The table is what decides, and not the
continent in a database, so that the edge, which learns the country alone, comes to the same result.
``XK`` (Kosovo) is not assigned by ISO, but is what databases say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from doorward.model.errors import Invalid

CODE = r"[A-Z]{2}"
"""What a country's code looks like, whether or not this table has it."""

_BY_CONTINENT = {
    "AF": """
        AO Angola, BF Burkina Faso, BI Burundi, BJ Benin, BW Botswana, CD Democratic Republic of the Congo,
        CF Central African Republic, CG Congo, CI Ivory Coast, CM Cameroon, CV Cape Verde, DJ Djibouti,
        DZ Algeria, EG Egypt, EH Western Sahara, ER Eritrea, ET Ethiopia, GA Gabon, GH Ghana, GM Gambia,
        GN Guinea, GQ Equatorial Guinea, GW Guinea-Bissau, KE Kenya, KM Comoros, LR Liberia, LS Lesotho,
        LY Libya, MA Morocco, MG Madagascar, ML Mali, MR Mauritania, MU Mauritius, MW Malawi, MZ Mozambique,
        NA Namibia, NE Niger, NG Nigeria, RE Réunion, RW Rwanda, SC Seychelles, SD Sudan, SH Saint Helena,
        SL Sierra Leone, SN Senegal, SO Somalia, SS South Sudan, ST São Tomé and Príncipe, SZ Eswatini,
        TD Chad, TG Togo, TN Tunisia, TZ Tanzania, UG Uganda, YT Mayotte, ZA South Africa, ZM Zambia,
        ZW Zimbabwe""",
    "AN": """
        AQ Antarctica, BV Bouvet Island, GS South Georgia, HM Heard and McDonald Islands,
        TF French Southern Territories""",
    "AS": """
        AE United Arab Emirates, AF Afghanistan, AM Armenia, AZ Azerbaijan, BD Bangladesh, BH Bahrain,
        BN Brunei, BT Bhutan, CC Cocos Islands, CN China, CX Christmas Island, GE Georgia, HK Hong Kong,
        ID Indonesia, IL Israel, IN India, IO British Indian Ocean Territory, IQ Iraq, IR Iran, JO Jordan,
        JP Japan, KG Kyrgyzstan, KH Cambodia, KP North Korea, KR South Korea, KW Kuwait, KZ Kazakhstan,
        LA Laos, LB Lebanon, LK Sri Lanka, MM Myanmar, MN Mongolia, MO Macao, MV Maldives, MY Malaysia,
        NP Nepal, OM Oman, PH Philippines, PK Pakistan, PS Palestine, QA Qatar, SA Saudi Arabia,
        SG Singapore, SY Syria, TH Thailand, TJ Tajikistan, TM Turkmenistan, TR Turkey, TW Taiwan,
        UZ Uzbekistan, VN Vietnam, YE Yemen""",
    "EU": """
        AD Andorra, AL Albania, AT Austria, AX Åland Islands, BA Bosnia and Herzegovina, BE Belgium,
        BG Bulgaria, BY Belarus, CH Switzerland, CY Cyprus, CZ Czechia, DE Germany, DK Denmark, EE Estonia,
        ES Spain, FI Finland, FO Faroe Islands, FR France, GB United Kingdom, GG Guernsey, GI Gibraltar,
        GR Greece, HR Croatia, HU Hungary, IE Ireland, IM Isle of Man, IS Iceland, IT Italy, JE Jersey,
        LI Liechtenstein, LT Lithuania, LU Luxembourg, LV Latvia, MC Monaco, MD Moldova, ME Montenegro,
        MK North Macedonia, MT Malta, NL Netherlands, NO Norway, PL Poland, PT Portugal, RO Romania,
        RS Serbia, RU Russia, SE Sweden, SI Slovenia, SJ Svalbard and Jan Mayen, SK Slovakia, SM San Marino,
        UA Ukraine, VA Vatican City, XK Kosovo""",
    "NA": """
        AG Antigua and Barbuda, AI Anguilla, AW Aruba, BB Barbados, BL Saint Barthélemy, BM Bermuda,
        BQ Bonaire, BS Bahamas, BZ Belize, CA Canada, CR Costa Rica, CU Cuba, CW Curaçao, DM Dominica,
        DO Dominican Republic, GD Grenada, GL Greenland, GP Guadeloupe, GT Guatemala, HN Honduras, HT Haiti,
        JM Jamaica, KN Saint Kitts and Nevis, KY Cayman Islands, LC Saint Lucia, MF Saint Martin,
        MQ Martinique, MS Montserrat, MX Mexico, NI Nicaragua, PA Panama, PM Saint Pierre and Miquelon,
        PR Puerto Rico, SV El Salvador, SX Sint Maarten, TC Turks and Caicos Islands, TT Trinidad and Tobago,
        US United States, VC Saint Vincent and the Grenadines, VG British Virgin Islands,
        VI United States Virgin Islands""",
    "OC": """
        AS American Samoa, AU Australia, CK Cook Islands, FJ Fiji, FM Micronesia, GU Guam, KI Kiribati,
        MH Marshall Islands, MP Northern Mariana Islands, NC New Caledonia, NF Norfolk Island, NR Nauru,
        NU Niue, NZ New Zealand, PF French Polynesia, PG Papua New Guinea, PN Pitcairn, PW Palau,
        SB Solomon Islands, TK Tokelau, TL East Timor, TO Tonga, TV Tuvalu, UM United States Minor Outlying
        Islands, VU Vanuatu, WF Wallis and Futuna, WS Samoa""",
    "SA": """
        AR Argentina, BO Bolivia, BR Brazil, CL Chile, CO Colombia, EC Ecuador, FK Falkland Islands,
        GF French Guiana, GY Guyana, PE Peru, PY Paraguay, SR Suriname, UY Uruguay, VE Venezuela""",
}
_COUNTRIES = {
    continent: dict(entry.split(maxsplit=1) for entry in " ".join(text.split()).split(", "))
    for continent, text in _BY_CONTINENT.items()
}

CONTINENTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {continent: frozenset(found) for continent, found in _COUNTRIES.items()}
)
"""The codes of each continent's countries: Africa, Antarctica, Asia, Europe, North and South America,
Oceania."""

CONTINENT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "AF": "Africa",
        "AN": "Antarctica",
        "AS": "Asia",
        "EU": "Europe",
        "NA": "North America",
        "OC": "Oceania",
        "SA": "South America",
    }
)

COUNTRIES: Mapping[str, str] = MappingProxyType(
    {code: name for found in _COUNTRIES.values() for code, name in found.items()}
)
"""Each country's name in English, by its code."""

_ALIASES = {"UK": "GB", "EL": "GR", "EN": "GB", "GBR": "GB", "USA": "US", "Great Britain": "GB"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address is: codes of country and continent, each empty where it is not known."""

    country: str = ""
    continent: str = ""

    @classmethod
    def in_country(cls, code: object) -> Place:
        """The place of a country; nowhere where ``code`` does not look like one's."""
        if not isinstance(code, str) or not re.fullmatch(CODE, code):
            return cls()
        found = (continent for continent, countries in CONTINENTS.items() if code in countries)
        return cls(code, next(found, ""))


def country_code(value: str, *, field: str) -> str:
    """The code of a country, in capitals. Raises Invalid for any other, naming the nearest."""
    code = value.strip().upper()
    if code in COUNTRIES:
        return code
    nearest = _nearest(value, {**_ALIASES, **{name: code for code, name in COUNTRIES.items()}})
    advice = f"{nearest} is {COUNTRIES[nearest]}" if nearest else "such as DE for Germany"
    raise Invalid(field, f"{value[:64]!r} is not a country: use its ISO 3166-1 code of two letters; {advice}")


def continent_code(value: str, *, field: str) -> str:
    """The code of a continent, in capitals. Raises Invalid for any other, listing them."""
    code = value.strip().upper()
    if code in CONTINENTS:
        return code
    known = ", ".join(f"{code} ({name})" for code, name in CONTINENT_NAMES.items())
    raise Invalid(field, f"{value[:64]!r} is not a continent: use one of {known}")


def _nearest(value: str, codes: Mapping[str, str]) -> str:
    """The code whose name or other spelling is most like ``value``; empty where none is."""
    by_text = {text.casefold(): code for text, code in codes.items()}
    text = value.strip()[:64].casefold()
    if text in by_text:
        return by_text[text]
    if len(text) == 2 and text.isascii():
        return next((code for code in COUNTRIES if code[0] == text[0].upper()), "")
    found = get_close_matches(text, by_text, n=1)
    return by_text[found[0]] if found else ""
