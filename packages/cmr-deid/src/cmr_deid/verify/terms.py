"""Words and forms of equipment texts and code strings that the second look lets pass; typed apart from the engine's.

Sources: PS3.3 C.7.6.1, C.8.3.1, C.8.13 (defined terms), vendors' conformance statements.
"""

import re

_EQUIPMENT = """
    abdomen achieva aera airis alltech altaire altea ambition amira ankle anterior aperto apps architect array
    artist atlas aurora auto avanto avantofit base biograph biospec biospin blanket body brain breast bruker
    build built canon cardiac centurian champion channel channels chest cima coil coils concerto contour corp
    corporation creator discovery dstream dual echelon eclipse edge elan electric element elements elition esaote
    espree essenza evolution excelart excite explorer extremity flex foot fortian free fujifilm galan gehc
    general genesis geometry gmbh gyroscan hand harmony hdxt head headneck healthcare healthineers heart hero
    hitachi horizon hrbrain hyperfine imaging impact infinity ingenia integrated intera jupiter knee large
    left loop lower lumina magnetica magnetom main matrix medical medium mindray mobile multi multiva neck
    neusoft none nova numaris oasis omega optima orian oval pack panorama paramed patch pelvis peripheral
    philips pioneer post posterior premier prime prisma prodiva profile quad quadrature receive receiver
    release removed right sempra sense service shoulder siemens signa skyra small smart smartpath software sola sonata
    spectra spine star superstar supria surface symphony symphonytim synaptive synergy syngo synthetic system
    systems terra testkit thorax time titan torso torsopa toshiba transmit transmitter trillium trio triotim
    ultra united upper vantage vascular verio version versions viato victor vida vision volume voyager wrist
"""
_SHORT_EQUIPMENT = """
    aa ag air all ant atd bm bo ch cm cmr co cp cs cx ds dv fit ge gem hd hde hdx he hea hep hf hns hr in inc
    inf la lat llc ltd lx max mec mmr mr mri mrt mx ne nl nv off on pa plus px rel rf rs rx sp sup sv tcs tim
    tx uih umr us usa va vb vd ve ver xa xgv xl xr xt
"""
EQUIPMENT = frozenset(f"{_EQUIPMENT} {_SHORT_EQUIPMENT}".split())
EQUIPMENT_TAGS = frozenset(
    (
        0x00080070,
        0x00081090,
        0x00181020,
        0x00181250,
        0x00181251,
        0x00189041,
        0x00189046,
        0x00189047,
        0x00189050,
    )
)

_UNITS = rb"(?i:us|hu|od|od rel|mgml|z_eff|ed|edw|hu_mod|pct|normalized|m?s|hz|ppm|[cm]m/s)? ?"
CLOSED = {
    0x00080103: re.compile(rb"(?:[0-9]{1,4}[A-Za-z]?(?:\.[0-9]{1,3})?(?:\.[0-9])?)? ?"),
    0x00180085: re.compile(rb"(?:[0-9]{0,3}(?i:h|he|li|c|o|f|na|p|xe)[0-9]{0,3})? ?"),
    0x00181064: re.compile(rb"(?i:forw|back|pcnt|forward|backward|none)? ?"),
    0x00181085: re.compile(rb"(?i:y|n|yes|no|on|off|none)? ?"),
    0x00209056: re.compile(rb"(?:(?:[Ss]tack|[Ss]lab)[ _-]?)?[0-9]{0,4} ?"),
    0x00281054: re.compile(_UNITS),
}
"""The whole value of attributes with a handful of lawful values."""

_TERMS = """
    acceleration adap addition amplitude angio anterior apex arterial ascending asset asum attenuated average
    averaged axial base belt biped bmap bmatrix body borelocal both breath caipirinha calibration capillary
    cartesian centric cine code color column combination combined comp complex composed contour contrast corrected
    correction correl cosine cosmic csaparallel curved cylindrical dcmr deep defined delayed density derived
    descending deviation diastole diff diffusion directional dist distorted division dixon dynamic eadc echo
    ecvmap edge electric ellipsoidal encoded error exact expiration external extremity fast fermi field fiesta
    filt filtered first fisp fitted flair flash flex flow fluid fluoro fmap fmri fractional free freq
    frequency full gating gaussian gems gradient grappa grid hamming hanning haste head hold hyperband
    hypersense ideal identity image imaginary immediate inline inspiration interleaved internal interval
    inverse isotropic joint lava left level line linear local localizer longitudinal loop lorentzian lrntz
    magic magir magnitude mapping maps marker mask masked maximum mean memp metabolite mfsplit minimum minip
    mixed mnip moco mode modified molli monochrome mosaic motion mprage mrcp msum multicoil multiecho
    multiplication nasal navigator ncit nerve none norm normal numeric nyquist opposed ordering original other overlay
    paced palette parallel partial passthru peak perfusion phase pils plane pocs portal post posterior precession prep
    primary probe processed product projection promo propeller prospective proton psir quadruped quality
    quantity r2map radial radio ramp range ratio rcbf rcbv real realtime rectilinear reformatted registered
    rejection relative relcbf removed render resampled research residual resolve resonance resp respir retro
    retrospective reverse reversed riesz right sampled sasha scanning scanoscope score second secondary
    segmented select sense sensor service shim shmolli sigmoid silicon single slab slice smash source sparse spat
    spin spiral spirometer spsp squared ssfse standard star start state static steady stim stir subtraction
    surface synthetic systole t1map t2map tagging temperature temporal tensor test tiled time trac trace
    tracew tracking transverse trigger tricks trnsfm true truefisp tukey ucum undetermined uniform uniformity unknown
    unmodified unspecified user vasc vasctof velo velocity venous volume voxel water weighted whole
"""
TERMS = frozenset(_TERMS.split())
"""Words of four letters and more of code strings, beside the words of technique."""

SHORT_TERMS = frozenset(
    b"""
    2D 3D 4D ADC AND AVG B0 B1 CSA CT ECV FA FAT FFE I IN IP IR LAX M MAP MAX MIN MIP MPR NO OD OF OUT P PC PCA
    R RAW REL RF RGB SAX SE STD SUB T1 T2 T2S TE TFE TI TO YBR
    """.split()
)
"""Short words that may stand beside others in a code string with blanks."""

_MEANINGS = """
    acquisition adaptive addition aligned alternate anatomic anatomical another application arterial atrial
    atrium basic biplane bolus brain cava cavity characteristics chronological class clean clinical color
    combination components compression computed confidentiality content convolution coronary correlation
    cranial cubic curved data dates decubitus derivation descriptors detector device difference different
    dimeglumine direction distortion division drug during edge entire equipment erect features feet file
    filtering fixed foot frame frames full fully gadobenate gadobutrol gadodiamide gadopentetate gadoterate
    gadoteridol gadoversetamide gadoxetate gantry graphics head headfirst hounsfield identifying identity information
    input instance institution intensity intra intravenous kilogram linear longitudinal lossless lossy lower
    lumen magnetic mask masking maximum mean meglumine meter milligram milliliter millimeter millimeters
    millimole millisecond milliseconds minimum minute modified modifying multiplanar multiplication neck
    nuclear operation option orientation other pair parallel patient pelvis percent pixel pixels position
    predecessor prescribed private procedure processing profile projection proton purpose quantity ratio
    recognizable recumbent reformatting region registration relationship relaxation resampling resonance
    retain route safe same second segment selective semierect sequence shared signal site skeletal source
    spatial square standard structure structured subtractive superimposed surface temporal thoracic time
    tissue trunk uids uncompressed unit units unspecified upper used value vascular vena venous ventricle
    ventricles ventricular versus visual weighted
"""
MEANINGS = frozenset(_MEANINGS.split())
"""Words of four letters and more of the meanings of public codes, beside the words of technique."""

_CONCEPT = rb"[1-9][0-9]{2,14}[01]0[0-9]"
_REFERENCE = rb"[A-Z][0-9A-F]?-[0-9A-F]{4,5}"
CODES = {
    b"DCM": re.compile(rb"1[0-3][0-9]{4}"),
    b"SCT": re.compile(_CONCEPT),
    b"SRT": re.compile(_REFERENCE + b"|" + _CONCEPT),
    b"SNM3": re.compile(_REFERENCE),
    b"99SDM": re.compile(_REFERENCE),
    b"UCUM": re.compile(
        rb"(?!.*[0-9]{3})(?!.*(?<![A-Za-z])(?!(?:mmol|umol|beats|counts|ratio|hnsf|score)(?![A-Za-z]))[A-Za-z]{4})"
        rb"[A-Za-z0-9%'\[\]{}./*^()-]{1,16}"
    ),
    b"FMA": re.compile(rb"[0-9]{2,6}"),
    b"LN": re.compile(rb"[0-9]{1,5}-[0-9]"),
    b"RADLEX": re.compile(rb"RID[0-9]{1,6}"),
    b"NCIt": re.compile(rb"C[0-9]{3,6}"),
    b"UMLS": re.compile(rb"C[0-9]{7}"),
}
"""Form of a code by public coding scheme (PS3.16 section 8); a SNOMED concept ends in 00 or 10 and a digit."""

_METHOD = """
    0012,0063 0012,0064 113100 113101 113102 113103 113104 113105 113106 113107 113108 113109 113110 113111 113112
    3.15 and annex annexe appendix application attribute attributes basic by characteristics clean cleaned code
    codes confidentiality content ctp data dates dcm4che de-identification de-identified deidentification
    deidentified descriptors details device dicognito dicom dicom-anonymizer e e.1 features for full gdcmanon
    graphics identity in information institution kitware level longitudinal method mirc modified mri_reface of
    option options orthanc patient per pixel private profile ps ps3 ps3.15 pydicom recognizable retain retained
    rsna safe see sequence structured table temporal the uids using visual with xnat
"""
METHOD_WORDS = frozenset(_METHOD.split())
"""Words that may follow our own statement in (0012,0063): what an earlier tool said about profile and options."""

DEIDENTIFYING_EQUIPMENT = {
    0x00080070: re.compile(rb"CMR Registry"),
    0x00081090: re.compile(rb"cmr-deid"),
    0x00181020: re.compile(rb"[0-9]{1,2}\.[0-9]{1,2} ?"),
    0x0018A003: re.compile(rb"De-identified by profile [a-z0-9.-]{1,24}, PS3\.15 [0-9a-z/]{1,12} ?"),
}
"""The only values that an item of Contributing Equipment may hold, beside its purpose."""
