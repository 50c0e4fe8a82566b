"""Words of descriptions that the second look knows, by subject; typed apart from the engine's vocabulary.

Sources: defined terms of PS3.3 C.8.3.1 and C.8.13.5, anatomy of PS3.16 Annex L (heart, great vessels, chest), the
names that vendors give their sequences in manuals and conformance statements, reporting words of SCMR guidelines,
and the same subjects in the other languages of scanners, without marks.
"""

_PULSE_SEQUENCES = """
    flowq flowc flex fastblade rosette ce sshmde nonselective drive bssfp ssfp fisp truefisp trufisp tfisp trufi
    fiesta mfiesta bffe ffe mffe mfast tfe btfe tfepi sbffe stfe sbtfe ffem flash flash2d fl tfl tfi gre fgre
    mfgre fgret fspgr spgr spr efgre tfgre mega medic me se fse tse ssfse haste stir tir tirm dir dirfse tirfse
    ir irp irprep epi epse epfid grase mgrase spin echo echoes echos multiecho multi swi ciss lava vibe thrive
    tricks twist mra mrv angio angiography tof dti dwi adc diffusion diff pc pcmri fastpc fastcard fastcine
    qflow sqflow flow fq dense spamm csi star blade propeller spiral radial cartesian cine cines cin kine film
    dixon mdixon smart smart1map molli sasha shmolli sh tf fi ep epir qfl fm ci spc spcr spcir
"""
_PREPARATION = """
    t1g dviab 2dviab sr wfs sfat swater pst prep prepared inv inversion recovery saturation sat suppressed
    suppression presat spectral spair spir fat fatsat fs water wat swap psir psmde phasecontrast contrast lge
    dhe de mde dme lde dde delay delayed late early enhancement enhanced enh hyper gd gad gado gadolinium pre
    post precon precontrast prepost postcontrast con native nativ first fp fpp pass perf perfusion stress rest
    resting adeno adenosine rega regadenoson dipy persantin dobu dobutamine peak basal vasodilator bolus
    bolusnav carebolus bolustrak timing care test aif dual inflow black blood blackblood darkblood brightblood
    dark bright db bb double triple weighted pd pdw t1 t2 t1w t2w t2prep t2star t2* t1map t2map t2smap t1maps
    t2maps r1 r2 r2* r3 r4 r5 r6 b0 b1 b0map b1map map maps mapping myomap ecv iron edema oedema odem scar smap
    ps std infarct viability viab autoviab ti te tr fa ll look locker looklocker tiscout
"""
_MOTION = """
    ecg ekg vcg ppu pulse gated gating gate nongated ungated ungtd triggered trigger trig trigd nontriggered
    nontrig prospective pro prosp retro retrospective retrospectiv realtime rt real time breath breathhold bh
    nbh mbh hold free fb breathing freebreathing nonbreathhold resp respiratory nav navi navigator navigated
    motion moco corr corrected correction arr arrhythmia hb beat beats rr 1rr 2rr insp inspir inspiration
    inspiratory exp expir expiration expiratory cg sts segmented seg single shot shots singleshot multishot ss
    ssh msh dynamic dynamics dyn interactive iscan tracking feature tag tags tagged tagging mtag grid strain
"""
_ANATOMY = """
    tvsup tvsub pasub pasup aosub aosup lvo rvo vent lt candy cane heart whole wholeheart aaheart cardiac cardio
    kardio cmr myocardium myocardial pericardium pericardial lv rv la ra laa sa sax saxs shax saox ax axial axes
    axis lax vlax hlax rvsax lvlax rvlax longaxis shortaxis short long 2ch 3ch 4ch 5ch 2c 3c 4c 2k 3k 4k 2cav
    3cav 4cav ch chamber chambers p4ch lv2ch lv3ch lv4ch rv2ch rv3ch aplax plax vla hla two three four lvot rvot
    lvol rvol apex apical base mid midventricular septal septum ventricle ventricles ventricular atrial atrium
    valve valves mitral tricuspid aortic av mv tv pv sinus root aorta aort ao asc ascao ascending desc
    descending arch isthmus coarctation ductus pulm pulmonal pulmonary pa mpa rpa lpa pas svc ivc caval
    bifurcation inlet outlet orifice coronary coronaries coro coroscout cor3d carotid renal artery arteries
    arterial vein veins venous vessel vessels blood_vessel great thoracic thorax chest abdomen abdominal
    chestabdomen coronaryartery pulmonaryartery wholebody mediastinum lung liver body conduit baffle shunt
    fontan stenosis regurgitation anatomy lateral lat anterior ant inferior inf posterior pos superior sup
    medial left right upper lower bottom supine prone lao rao entire full cover fluid tissue ascendens descendens
"""
_PLANES = """
    ocor oax plane planes inplane thru through throughplane pl cor coronal sag sagittal tra trans transversal
    transverse transaxial oblique obl localizer localizers localiser locator loc locs scout scouts survey surv
    planning plan planscan define overview iso isocenter center stack stacks slab mslab multislab slice slices
    thin vs multislice sl thick gap volume vol volumetric 2d 3d 4d 5d 2dflow 3dflow 4dflow 4df view views mph
    multiphase
"""
_MEASUREMENT = """
    orig processed summary normal temp shortest dte phase phases ph magnitude mag magn real imaginary imag
    inphase outphase opp op in out velocity velocities velo vel venc encoded quant quantification quantitative
    eddy current function funct functional fct fx ef shim adjust freq frequency calibration calib cal ref
    reference fieldmap noise background avg average averaged mean geomean norm fil dis dis2d dis3d nd csm mip
    mpr sub subtraction derived reformat recon reconstructed contr contour fatfrac fraction frac result results
    report phoenix phoenixzipreport inline inlinevf segmentation secondary screen screenshots save split start
    manual find delrec vdr vdrq resolve learning deep dl pics kt ktarc ktzoom arc asset sense tsense grappa
    tgrappa caipi cs compressed mov true max ap le qp qs mass ipat tpat epat pat p2 p3 p4 p5 p6 x2 x3 x4 accel
    fast quick turbo ultra rapid clear zoom high low hires lores highres lowres hr lr res resolution slow half
    ec etl nsa nex fov mtx matrix vps tf tp pf spf idrive broadband m2d wip mfsplit iso isotropic coil auto
    suite optional option opt ws rs ns ts fh rl ped to wideband sensing smartspeed air
"""
_UNITS = "mm cm mg ms msec sec tesla deg degree degrees min minutes ml kg bpm"
_ADMINISTRATION = """
    at per mr mri mrt irm rm study phantom series protocol exam card sequence copy image images img imgs scan
    standard default adult child pediatric infant sedation rep repeat repeated rpt extra new add preview
    synthetic demo fr clinical cross pro base ra svd iron cemra not all both on off of for from and with without
    wo no non the plus
"""
_AGENTS = """
    gadolinium gadobutrol gadovist gadoteric gadoterate acid meglumine dotarem clariscan gadopentetate
    dimeglumine magnevist gadobenate multihance gadodiamide omniscan gadoteridol prohance gadoxetate gadoxetic
    eovist primovist gadoversetamide optimark gadopiclenol elucirem vueway gadofosveset ablavar ferumoxytol
    feraheme dota dtpa agent iv intravenous injector saline mmol
"""
_GERMAN = """
    achse achsen kurz kurze lang lange kurzachse kurzachsen kurzachsenschnitt langachse langachsen kammer
    kammern blick kammerblick vierkammer vierkammerblick zweikammer zweikammerblick dreikammer dreikammerblick
    herz herzmrt funktion herzfunktion spat spaet spaete spataufnahme spaetaufnahme spatanreicherung
    spaetanreicherung spatenhancement spaetenhancement kontrastmittel km ka nativ uebersicht ubersicht ebenen
    planung quer schicht schichten schichtdicke phasen phasensensitiv atmung freie frei atemstillstand
    atemanhalt ausatmung einatmung ruhe belastung ruheperfusion stressperfusion fluss flussmessung messung
    klappe aortenklappe mitralklappe pulmonalklappe trikuspidalklappe hauptschlagader gefaesse koronar
    koronarien pulmonalis ventrikel vorhof aszendens deszendens bogen rechts rechter links linker narbe fett
    kurzachsenstapel stapel schnelle karte
    vitalitat vitalitaet lokalisierung mit ohne vor nach
"""
_DUTCH_AND_NORDIC = """
    kort korte as kamer vierkamer tweekamer driekamer hart functie hartfunctie aankleuring rust stroming klep
    boezem ademstop ademhaling vrije zonder overzicht snede sneden bloed zwart med uten uden utan foer fore fri
    etter efter kortaxel langaxel axel akse kortakse langakse hjarta hjartat hjerte fyrkammar fyrkammare
    tvakammar tvakammare trekammar trekammare firekammer tokammer trekammer forkammer sen kontrast
    kontrastuppladdning kontrastopptak uppladdning opladning vila hvile flode klaff klap aortaklaff aortaklap
    vanster venstre hojre hoyre andning andedraet andhallning oversikt oversigt snitt svart blod funksjon lyhyt
    pitka akseli sydan sydamen lokero nelilokero kaksilokero kolmilokero toiminta myohais myohaistehostuma
    tehostuma perfuusio rasitus virtaus aortta kammio eteinen vasen oikea hengitys hengityspidatys ennen jalkeen
    leike leikkeet musta veri sakseli
"""
_ROMANCE = """
    axe petit grand coupe coupes cavites coeur cardiaque fonction rehaussement tardif tardive precoce retard
    repos effort apnee respiration libre avant apres injection sans avec sang noir flux aorte aortique
    pulmonaire ventricule gauche droit oreillette localisateur reperage reperages cartographie rapide sagittale
    coronale temps viabilite deux trois quatre myocarde contraste epaisseur eje corto largo camaras camera
    cavite corazon cardiaca cardiaco funcion realce tardio retardado reposo estres flujo aortica valvula
    pulmonar ventriculo izquierdo derecho auricula localizador planificacion previo sangre negra apnea
    viabilidad sagital hierro miocardio inyeccion dos tres cuatro asse lungo camere cuore funzione tardivo
    tardiva riposo perfusione flusso valvola polmonare ventricolo sinistro destro localizzatore sangue nero
    contrasto senza dopo mdc vitalita assiale trasversale strato strati mappa potenziamento libero due tre
    quattro eixo curto longo coracao funcao repouso estresse perfusao fluxo esquerdo direito sem com apneia
    respiracao viabilidade atraso mapa preto con
"""
_SLAVIC_AND_TURKISH = """
    os osa osie krotka dluga jamowa czterojamowa czterojamowy dwujamowa dwujamowy trzyjamowa trojjamowa serca
    serce czynnosc funkcja pozne wzmocnienie perfuzja spoczynek spoczynkowa obciazenie przeplyw zastawka plucna
    komora przedsionek lokalizator warstwa warstwy oddech bezdech wstrzymany krew czarna zelazo bez kratka
    dlouha dutinova ctyrdutinova dvoudutinova tridutinova srdce srdecni funkce pozdni syceni opozdene perfuze
    klid zatez tok aortalni chlopen plicni prurez dech zadrz krev cerna kisa uzun eksen aks bosluk kalp kardiyak
    fonksiyon kontrastlanma tutulum perfuzyon istirahat stres akim kapak pulmoner ventrikul atriyum kesit oncesi
    sonrasi nefes tutma serbest siyah kan odem harita sin
"""
_EAST_ASIAN_IN_LATIN = """
    tanjiku choujiku chojiku shinkin kanryu kanryuu zouei duanzhou siqiang liangqiang sanqiang qianghua guanzhu
    danchuk jangchuk joyeong gwanryu
"""
_SUBJECTS = (
    *(
        _PULSE_SEQUENCES,
        _PREPARATION,
        _MOTION,
        _ANATOMY,
        _PLANES,
        _MEASUREMENT,
        _UNITS,
        _ADMINISTRATION,
        _AGENTS,
    ),
    *(_GERMAN, _DUTCH_AND_NORDIC, _ROMANCE, _SLAVIC_AND_TURKISH, _EAST_ASIAN_IN_LATIN),
)
WORDS = frozenset(" ".join(_SUBJECTS).split())

_BESIDE = """
    short: axis ax t1 valve aortic atrial
    long: axis ax t1 valve aortic dhe lge
    lang lange: achse axel akse as km
    kurz kurze: achse axe km
    kort korte: as axel akse
    axel: kort lang
    heart: whole auto mid 3d entire cardiac scout function survey chest mri mr great
    herz: mrt mr ka 2k 3k 4k quer funktion
    hart: mrt mri
    petit grand: axe
    coeur: irm
    cuore corazon coracao: rm
    black bright: blood
    look: locker
    locker: look
    blick: kammer
    frei: atmung
    stapel: ka kurzachsen langachsen
    sen: kontrast uppladdning
    noir: sang
    sang: noir
    nero preto: sangue
    sangue: nero preto
    negra: sangre
    sangre: negra
    zwart: bloed
    svart: blod
    czarna: krew
    cerna: krev
    siyah: kan
    kan: siyah
    musta: veri
    uzun: eksen aks
    kratka dlouha: osa
    krotka dluga: os
    pitka: akseli
    chambers: 2 3 4 two three four
"""


def _beside() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for line in _BESIDE.strip().splitlines():
        words, _, partners = line.partition(":")
        table |= dict.fromkeys(words.split(), frozenset(partners.split()))
    return table


BESIDE = _beside()
"""Words that name people as well, each with the words one of which must stand directly beside it."""

ALONE = WORDS - BESIDE.keys() | frozenset(("short", "long", "heart", "black", "bright", "look", "locker"))
"""Words that may stand alone in code strings and meanings of codes, which are written by software."""

BODY_PARTS = frozenset(("HEART", "HEART_GREAT_VESSELS"))
"""Whole values of Body Part Examined (PS3.16 Annex L) that such a word makes alone or in front."""
