"""What people call columns that name a patient or a date, in nine languages; only to say why a column is refused.

No column outside of the dictionary is ever taken (`table_screening`), so a word that is not here lets nothing in: its
column is refused all the same, as one that is no item.
"""

from cmr_dictionary.mapping.words import plain


def words_of(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


KINDS = {
    "name": (
        "a name of a person",
        "name names surname lastname firstname forename maiden initials patient patients nachname vorname"
        " familienname geburtsname initialen patientin nombre nombres apellido apellidos paciente"
        " pacientes iniciales nom noms prenom prenoms patiente initiales nome nomi cognome cognomi"
        " paziente iniziali naam achternaam voornaam sobrenome namn efternamn fornamn navn etternavn"
        " fornavn nazwisko imie pacjent sukunimi etunimi doctor physician referrer arzt arztin uberweiser"
        " medico medecin medico referente operator reader mother father mutter vater madre padre mere pere",
    ),
    "birth": (
        "a date of birth",
        "birth birthday birthdate dob born yob geburt geburtsdatum geburtstag geb gebdat geboren"
        " geburtsjahr nacimiento nacido naissance naiss ddn nascita nato geboortedatum nascimento"
        " fodelsedatum fodselsdato urodzenia syntymaaika",
    ),
    "number": (
        "a local number",
        "mrn pid patid patientid patientnumber hospital accession acc number nr no num id ids identifier"
        " record case fallnummer patientennummer patnr auftragsnummer akzessionsnummer untersuchungsnummer"
        " historia nhc expediente numero dossier ipp nip nda codice cartella matricola nummer"
        " identificador uid guid uuid barcode study chart encounter visit order requisition specimen"
        " serial device implant license plate",
    ),
    "insurance": (
        "a number of an insurance or of the state",
        "ssn insurance insured medicare medicaid policy versicherung versicherungsnummer krankenkasse"
        " kvnr versichertennummer ahv seguro asegurado seguridad dni nie nss assurance assure securite nir"
        " vitale assicurazione tessera sanitaria fiscale cf bsn personnummer fodselsnummer pesel nhs"
        " social tax steuer iban account konto cuenta compte conto",
    ),
    "address": (
        "an address",
        "address street city town village zip zipcode postcode postal county state country adresse"
        " anschrift strasse ort wohnort stadt plz postleitzahl direccion calle ciudad codigo postal"
        " municipio domicilio rue ville code postal commune indirizzo via citta comune cap residenza adres"
        " woonplaats endereco ip url website",
    ),
    "contact": (
        "a telephone or mail address",
        "phone telephone mobile cell fax mail email contact telefon handy mobil telefonnummer telefono"
        " movil celular correo courriel telephone portable cellulare posta contatto kontakt",
    ),
    "date": (
        "a date",
        "date dates datetime timestamp time when year month weekday examdate studydate datum zeit uhrzeit"
        " zeitpunkt untersuchungsdatum tag monat jahr fecha fechas hora dia mes ano dates heure jour mois"
        " annee data ora giorno mese anno datetime fecha admission discharge death died todestag"
        " sterbedatum aufnahmedatum entlassung ingreso alta defuncion admission sortie deces ricovero"
        " dimissione decesso dato paiva",
    ),
    "text": (
        "free text",
        "comment comments note notes remark remarks text report free description impression conclusion"
        " findings history kommentar bemerkung bemerkungen anmerkung befund befundtext beurteilung"
        " freitext anamnese comentario comentarios observaciones informe nota commentaire commentaires"
        " remarque compte rendu commento commenti osservazioni referto opmerking",
    ),
}  # fmt: skip
"""Kind -> what it is, and the words that announce it, without accents."""

_ORDER = ("birth", "insurance", "contact", "address", "date", "text", "number", "name")
_WORDS = {kind: frozenset(plain(words).split()) for kind, (_, words) in KINDS.items()}
_LONG = {kind: tuple(word for word in words if len(word) >= 6) for kind, words in _WORDS.items()}

GIVEN_NAMES = words_of(
    "ALEXANDER ANDREAS BARBARA BEATRICE BERNHARD BRIGITTE CATHERINE CHARLES CHARLOTTE CHRISTIAN CHRISTINE"
    " CLAUDIA DANIEL DOROTHY EDWARD ELISABETH ELIZABETH EMMANUEL FERNANDO FRANCESCO FRANCISCO FRANCOIS"
    " FRANZISKA FRIEDRICH GABRIELE GERHARD GIOVANNI GIUSEPPE GUILLAUME HEINRICH HELMUT INGRID ISABELLE"
    " JENNIFER JOHANN JONATHAN JOSEPH JUERGEN KATHARINA KENNETH KLAUSS LEONARDO LORENZO MANFRED MARGARET"
    " MARGARETE MARIANNE MATTHEW MATTHIAS MICHAEL MICHEL MONIKA MUELLER NATHALIE NICHOLAS OLIVIER PATRICIA"
    " PATRICK PHILIPP PIERRE REBECCA RICHARD ROBERT ROBERTO SALVATORE SEBASTIAN SHARON SCHMIDT SCHNEIDER"
    " SMITHJ STEFAN STEPHEN SUSANNE SYLVIE THERESA THOMAS URSULA VALENTINA VINCENZO WALTER WERNER WILLIAM"
    " WOLFGANG JOHNSON WILLIAMS GARCIA MARTINEZ RODRIGUEZ HERNANDEZ GONZALEZ FISCHER WEBER ROSSI FERRARI"
    " BERNARD DUBOIS DURAND"
)
"""Names of six letters and more: a pseudonym without a digit that spells one was written by a person."""


def kind_of(header: str) -> str | None:
    """What the words of a header announce; None where they announce nothing that is known here."""
    words = plain(header).split()
    for kind in _ORDER:
        if any(word in _WORDS[kind] for word in words):
            return kind
    joined = "".join(words)
    for kind in _ORDER:
        if any(word in joined for word in _LONG[kind]):
            return kind
    return None
