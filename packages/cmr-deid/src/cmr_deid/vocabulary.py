"""Words that may stay in a description: CMR technique, views, planes, vendors' sequence names, units.

In the languages that scanners speak; letters with marks are written without them (`spät` as `spat`). Words that
are names of people as well are listed apart: a NAMESAKE stays only inside a PHRASE, a GUARDED word only in a
technique position (descriptors.py).
"""

_ENGLISH = """
    flowq flowc t1g shortest dte tvsup tvsub pasub pasup aosub aosup drive flex ocor oax ce pst lvo rvo vent
    orig processed sfat swater summary fastblade dviab 2dviab normal temp sr candy cane wfs rosette sshmde ssh
    nonselective per at lt cine cines cin kine film retro retrospective retrospectiv prospective pro prosp
    realtime rt cs compressed grappa caipi tgrappa tsense cartesian gated gating gate triggered trigger trig
    nontrig ungated nongated ecg ekg vcg ppu pulse nav navigator navigated navi respiratory breath breathhold bh
    nbh mbh fb breathing freebreathing nonbreathhold multi multishot singleshot ss msh ssh segmented seg
    arrhythmia arr hb beat beats phase phases ph mag magnitude magn real imag imaginary psir psmde ir irp irprep
    prep prepared recovery inv inversion tfi tfl fl flash fisp tfisp tfgre truefisp trufisp trufi fiesta mfiesta
    ssfp bssfp bffe btfe ffe tfe tfepi epi spr gre fgre mfgre fgret fspgr spgr efgre mfsplit se tse fse ssfse
    haste stir tir dir tirm dirfse tirfse spair spir fat sat fatsat fs water wat swap opp op inphase outphase
    mdixon thrive tricks mrv angio epfid epse ciss medic swi flash2d angiography bolus carebolus bolustrak
    timing dyn dynamic dynamics perf perfusion first fp fpp stress adeno adenosine rega regadenoson dipy
    dobutamine dobu persantin basal peak lge dhe mde dme delay delayed enhancement enhanced enh hyper gd gado
    gadolinium contrast pre native nativ precontrast postcontrast prepost molli sh shmolli sasha smart1map t1 t2
    t1w t2w t2prep t2star t2* t1map t2map t2smap t1maps t2maps map maps mapping myomap moco motion corr
    corrected correction ecv tof mega grase mgrase edema oedema odem bb db ll scout scouts tiscout looklocker
    localizer localizers localiser locator loc locs survey surv planning planscan calibration calib cal ref
    reference freq frequency interactive iscan qflow sqflow pc phasecontrast fastpc venc vel velocity velocities
    velo encoded thru inplane throughplane fq quant quantification quantitative inflow eddy current 4d 3d 2d 5d
    4dflow 3dflow 2dflow 4df tags tag tagged tagging mtag grid spamm csi dense strain feature tracking viability
    viab infarct function funct functional fct fx ef stacks volume vol volumetric shax lax saxs vlax hlax rvsax
    lvlax rvlax longaxis shortaxis ax axis axes axial transversal transverse transaxial coronal sag sagittal
    oblique obl 2ch 3ch 4ch 5ch 2c 3c 4c 2cav 3cav 4cav ch chamber three two four vla hla lvot rvot rvol lvol lv
    rv laa lv2ch lv3ch lv4ch rv2ch rv3ch p4ch aplax plax aorta aortic aort ascao asc ascending desc descending
    sinus valve valves mv av tv pv mitral tricuspid pulm pulmonary pulmonal mpa rpa lpa pas svc ivc vein veins
    venous artery arteries arterial carotid renal vessel vessels qp qs septal septum apical apex mid
    midventricular cardiac cardio cmr mri mrt irm kardio myocardium myocardial pericardium pericardial thorax
    chest abdomen abdominal liver whole wholeheart coronary coronaries coro coroscout cor3d ventricular
    ventricle ventricles atrial atrium caval bifurcation inlet outlet orifice echoes echos multiecho dis2d dis3d
    nd norm fil dis csm mip mpr sub subtraction avg average averaged derived res reformat recon reconstructed
    lores hires hr lr resolution iso isocenter isotropic turbo ultra standard default pediatric ped infant
    sedation rep repeat repeated rpt extra slice slices sl slab mslab multislab multislice multiphase thick gap
    cm mm ms sec msec minutes deg degree degrees ti te tr bpm ml kg vps fov mtx matrix nex nsa etl tf accel p2
    p3 p4 p5 p6 r1 r2 r3 r4 r5 r6 r2* x2 x3 x4 ipat tpat epat arc asset kt ktarc zoom clear center overview
    inspiration inspir insp expiration exp expir inspiratory expiratory supine prone left right ant anterior
    posterior inf inferior lat lateral sup superior upper lower bottom study series protocol exam copy image
    images img imgs synthetic demo cemra contr define double fatfrac fraction find frac inline inlinevf report
    result results scan screen secondary segmentation suite time triple vdrq vdr mfast fastcard fastcine sbtfe
    m2d wip fluid geomean delrec coil mean rest resting vasodilator sbffe stfe mffe ffem idrive broadband
    sequence rr 1rr 2rr sts cg views view lao rao spin  b0 b1 b0map b1map fieldmap noise darkblood blackblood
    brightblood pd pdw weighted spectral saturation suppression suppressed presat dti dwi adc diffusion
    regurgitation stenosis shunt baffle conduit isthmus coarctation ductus blood hold background nontriggered
    trigd aif dual bolusnav highres lowres ungtd optional preview manual entire anatomy screenshots non fh rl rs
    ns ts mov mph ec pl pics pf spf auto aaheart autoviab 2k 3k 4k dl ktzoom ws svd akse mra saox
    phoenixzipreport diff planes tp thoracic great scar thin tesla std ps vs smap ep epir qfl spc spcr spcir tf
    ir ci wideband sensing tissue smartspeed ascendens descendens mg
    """
_AGENTS = """
    agent gadobutrol gadovist gadoterate gadoteric dotarem clariscan gadopentetate magnevist gadobenate
    multihance gadodiamide omniscan gadoteridol prohance gadoxetate gadoxetic primovist eovist gadoversetamide
    optimark gadopiclenol elucirem vueway gadofosveset ablavar ferumoxytol feraheme dota dtpa acid dimeglumine
    meglumine mmol iv intravenous injector saline
    """
"""Names of contrast agents."""

_GERMAN = """
    achse achsen kurzachse kurzachsen kurzachsenschnitt langachse langachsen kammerblick vierkammer
    vierkammerblick zweikammer zweikammerblick dreikammer dreikammerblick spaet spat spaete spaetaufnahme
    spataufnahme spaetanreicherung spatanreicherung spaetenhancement spatenhancement herzmrt herzfunktion
    funktion uebersicht ubersicht ebenen quer schicht schichten schichtdicke atemstillstand atemanhalt atmung
    ausatmung einatmung freie belastung ruheperfusion stressperfusion flussmessung aortenklappe pulmonalklappe
    mitralklappe trikuspidalklappe klappe hauptschlagader rechts links ventrikel vorhof kontrastmittel km ka
    phasensensitiv planung messung narbe vitalitaet vitalitat gefaesse koronar koronarien aszendens deszendens
    ohne lokalisierung pulmonalis phasen kurzachsenstapel
    """
_ROMANCE = """
    coupe coupes axe cavites cardiaque fonction rehaussement tardif tardive repos effort apnee respiration libre
    apres avant injection flux aorte aortique pulmonaire ventricule gauche droit oreillette localisateur
    reperage reperages cartographie rapide sagittale coronale retard precoce temps viabilite quatre deux trois
    sans avec myocarde contraste epaisseur eje camaras cuatro cardiaca cardiaco funcion realce tardio reposo
    estres flujo aortica valvula pulmonar ventriculo izquierdo derecho auricula localizador planificacion previo
    apnea viabilidad sagital hierro miocardio retardado inyeccion asse camere quattro funzione tardivo tardiva
    riposo perfusione flusso valvola polmonare ventricolo sinistro destro localizzatore senza dopo mdc vitalita
    assiale trasversale strato strati mappa potenziamento eixo funcao repouso estresse perfusao fluxo esquerdo
    direito sem apneia respiracao viabilidade atraso mapa contrasto
    """
_NORTH = """
    vierkamer tweekamer driekamer aankleuring stroming klep boezem ademstop ademhaling vrije zonder overzicht
    snede sneden bloed hartfunctie functie kortaxel langaxel hjarta hjartat hjerte fyrkammare tvakammare
    trekammare fyrkammar tvakammar trekammar kontrast kontrastuppladdning uppladdning flode klaff aortaklaff
    vanster andning andhallning oversikt snitt blod kortakse langakse firekammer tokammer trekammer opladning
    hvile aortaklap venstre hojre hoyre forkammer andedraet foer efter utan uden uten etter oversigt
    kontrastopptak funksjon lyhyt akseli sydan sydamen nelilokero kaksilokero kolmilokero lokero toiminta
    myohaistehostuma myohais tehostuma perfuusio rasitus virtaus aortta kammio vasen oikea eteinen hengitys
    hengityspidatys ennen jalkeen leike leikkeet sakseli
    """
_EAST = """
    jamowa czterojamowa czterojamowy dwujamowa dwujamowy trzyjamowa trojjamowa serca serce czynnosc funkcja
    pozne wzmocnienie perfuzja spoczynek spoczynkowa obciazenie przeplyw zastawka plucna komora przedsionek
    lokalizator warstwa warstwy oddech bezdech wstrzymany krew zelazo osa osie ctyrdutinova dvoudutinova
    tridutinova dutinova srdce srdecni funkce pozdni syceni opozdene perfuze zatez aortalni chlopen plicni
    prurez dech zadrz krev eksen aks bosluk kalp kardiyak fonksiyon kontrastlanma tutulum perfuzyon istirahat
    stres kapak pulmoner ventrikul atriyum kesit oncesi sonrasi nefes tutma serbest odem harita tanjiku choujiku
    chojiku shinkin kanryu kanryuu zouei duanzhou siqiang liangqiang sanqiang qianghua guanzhu danchuk jangchuk
    joyeong gwanryu
    """
"""Polish, Czech, Turkish; Japanese, Chinese and Korean in Latin letters: in their own script they go."""

_PARTICLES = """
    to and from with without wo no of the for in on off all both plus mit vor nach con com sin bez med ohne
    """
_GUARDED = """
    sax flow sense dixon blade shim early late low high fast quick post care body arch pass adult child new add
    star dark test min root plan plane vibe twist iron adjust through single shot shots true base de dde le
    lde la sa ra pa ao as ap me fa rm mr smart full cover trans tra cor gad pat deep mass stack radial spiral
    echo lava free fontan option opt not rest rust ruhe precon fluss fett bogen vila akim kisa corto largo lungo
    longo curto libero kamer kammer kammern linker rechter split save start contour pos con half slow cross resp
    learning resolve clinical medial veri tok klid due dos tres tre fri fore os phoenix card phantom camera
    cavite schnelle karte air
    """
NAMESAKES = frozenset(
    """
    long short lang lange kurz kurze kort korte heart hart herz axel petit grand corazon cuore coeur coracao
    black bright look locker sen zwart svart blick frei noir nero negra preto sang sangue sangre uzun
    kratka dlouha krotka dluga pitka cerna czarna siyah kan chambers musta
    stapel
    """.split()  # noqa: SIM905
)
"""Words that are as often names of people: they stay in a phrase only."""

_PHRASES = """
    long axis, short axis, short ax, long ax, long t1, short t1, aortic long,
    valve long, valve short, dhe long, lge long, atrial short, aortic short, lang achse, lange achse, kurz achse,
    kurze achse, km lang, km kurz, kort as, korte as, lange as, lang as, kort axel, lang axel, kort akse, lang akse,
    axe petit, petit axe, grand axe, whole heart, auto heart, mid heart, 3d heart, entire heart,
    cardiac heart, heart scout, heart function, heart survey, survey heart, chest heart, mri heart,
    heart mri, mr heart, heart mr, mrt hart, mri hart, hart mri, mrt herz, herz mrt, mr herz, herz mr, herz ka,
    herz 2k, herz 3k, herz 4k, herz quer, herz funktion, irm coeur, coeur irm, rm cuore, rm corazon, rm coracao,
    black blood, bright blood, dark blood, look locker, sen kontrast, sen uppladdning, kammer blick, frei atmung,
    sang noir, sangue nero, sangue preto, sangre negra, siyah kan, zwart bloed, svart blod, czarna krew, cerna krev,
    uzun eksen, uzun aks, kratka osa, dlouha osa, krotka os, dluga os, os krotka, os dluga, osa kratka, osa dlouha,
    pitka akseli, lyhyt akseli, musta veri, 2 chambers, 3 chambers, 4 chambers, four chambers,
    w wo, w contrast, b tfe, b ffe, b ssfp, m ffe, e thrive, w con, w gad, r to, to r, q flow,
    4d flow, 2d flow, 5d flow, flow quant, cm s, m s,
    ka stapel, kurzachsen stapel, langachsen stapel
    """
PHRASES = frozenset(tuple(phrase.split()) for phrase in _PHRASES.split(","))
"""Technique of two words."""

PARTICLES = frozenset("de la le di da du con os".split())  # noqa: SIM905
"""Guarded words that stand before a family name."""

SERIES_SUFFIXES = frozenset("pmwfri")
"""Letters that scanners put behind a name after an underscore: phase, magnitude, water, fat, real, imaginary."""

NUMBERED = frozenset(
    """
    ti te tr fa venc vel v b t p r s sl slice slices ph pos ipat tpat epat pat fl tfl tfi tf ch d hr nsa nex etl
    seg bh fb dyn gap echo delay inv tp nav trufi sax mpa lpa rpa pa ao aorta aortic pulm flow qflow
    sqflow stack
    """.split()  # noqa: SIM905
)
"""Words that a number follows."""

COUNTED = frozenset(
    """
    ch chamber chambers cav k c d p t x min mins minutes mm cm mg ms msec sec s sl slice slices rr beat beats phase
    phases echo echoes etl ec kammer kammern camaras camere cavites kamer jamowa deg degree degrees bpm views view
    shot shots tp pl plane planes mph hb coupes ebenen schichten snitt cortes
    """.split()  # noqa: SIM905
)
"""Words that stand after a number."""

SEQUENCES = "tfi tfl tf fl fi se tse h ir tir ep epse epfid epir gre qfl fm rm ci me spc spcr spcir swi mag pd psir de"
"""How sequence names of Siemens begin, before `2d` or `3d`."""

BODY_PARTS = frozenset(
    """
    heart chest thorax cardiac aorta abdomen chestabdomen coronaryartery pulmonaryartery wholebody vessel
    mediastinum lung pericardium myocardium blood_vessel thoracic_aorta heart_great_vessels
    """.split()  # noqa: SIM905
)
"""Defined terms of Body Part Examined (PS3.16 Annex L) that an exam of the heart uses."""

TITLES = frozenset(
    """
    dr doctor mrs miss prof professor herr frau mme mlle docteur sr sra srta senor senora dott
    dottore sig signor signora doutor dona dhr mevr mevrouw fru herra rouva pan pani bay bayan sayin san sama
    tech technologist mta mtra mtr rta operator user by von van patient pat name nom nombre nome naam navn
    namn nimi jmeno imie radiologist physician arzt aerztin medecin medico lekarz doktor lakare tel phone fon
    room raum zimmer salle sala rum born geb nacido nato
    """.split()  # noqa: SIM905
)
"""Words after which a person, place or number of a person is named."""

SATURATED = frozenset(
    "tfl fl tfi gre fgre tfe ffe fisp trufi ssfp bssfp epi flash perf perfusion rest stress fp dual".split()  # noqa: SIM905
)
"""Words behind which `sr` is saturation recovery and no title."""

SURNAMES = PARTICLES | frozenset(
    """
    sense dixon blade shim early low high fast quick care body arch child star dark min root vibe twist iron max
    lava fontan kammer kammern cross deep mass bogen vila akim kisa libero fett fluss ruhe split add new adult
    linker rechter gad pat tal phoenix
    """.split()  # noqa: SIM905
)
"""Guarded words that a name written in the same way takes along, even where technique stands on the other side."""

GIVEN_NAMES = frozenset(
    """
    peter paul john james mary anna maria jose juan carlos luis hans klaus karl max anne marie jean pierre michel
    jacques louis robert michael david thomas william richard charles joseph daniel mark george kenneth edward
    brian ronald anthony kevin jason gary sarah susan linda karen lisa nancy betty helen sandra donna carol ruth
    sharon laura emily emma olivia sophia grace rose lee kim min jung hyun yuki hiroshi taro hanako kenji akira
    wei ming jing fang xiao hua giovanni giuseppe marco luca paolo mario francesca giulia antonio manuel francisco
    miguel pedro joao ana carla sofia lars erik nils sven axel karin ingrid astrid bjorn ole kari liv anders
    pekka matti juha tuula jan piet kees pieter willem anneke piotr pawel adam ewa katarzyna agnieszka jiri
    jurgen juergen zoe minho xiuying jens uwe ralf dieter heinz horst wolfgang ursula monika sabine petra claudia
    henrik mads soren mette hanne birgit gunnar leif arne bjarne astor elina mikko antti kaisa liisa timo
    jan tomasz marcin andrzej krzysztof magdalena joanna tomas lukas martin zuzana lenka hakan murat yusuf zeynep
    takashi kazuo satoshi yoko hui lan yan jun hong lin tuan thanh isabel lucia elena carmen pilar javier rafael
    helena beatriz rui tiago paula monique claire sophie nicolas julien camille emile andre rene
    petr pavel jana eva hana mehmet mustafa ahmet ali ayse fatma emre elif thi van anh minh nguyen
    """.split()  # noqa: SIM905
)
"""Frequent given names: beside one of them a word that can be a name is one."""

GUARDED = frozenset(_GUARDED.split())
"""Words that are rarely names: they stay where technique stands beside them and no name does."""

SURE = (
    frozenset(f"{_ENGLISH} {_AGENTS} {_GERMAN} {_ROMANCE} {_NORTH} {_EAST} {_PARTICLES}".split())
    - GUARDED
    - NAMESAKES
)
"""Words that are technique wherever they stand."""

WORDS = (
    SURE | GUARDED | BODY_PARTS | frozenset(("short", "long", "heart", "black", "bright", "look", "locker"))
)
"""All words that other texts than descriptions may hold as well (codes.py)."""
