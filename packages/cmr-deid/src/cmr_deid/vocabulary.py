"""Words that may stay in a description: CMR technique, views, planes, vendors' sequence names, units.

Languages that scanners speak: English, and the common German, French, Spanish, Italian, Dutch and Portuguese
words of technique. A word that is also a common family name is not taken where technique can do without it.
"""

TECHNIQUE = """
    epfid epse trufi ciss medic swi flash2d cine cines cin kine film retro retrospective retrospectiv
    prospective pro prosp realtime rt cs compressed
    sense grappa caipi tgrappa tsense blade radial spiral cartesian gated gating gate triggered trigger trig
    ecg ekg vcg ppu pulse nav navigator navi resp respiratory breath hold breathhold bh fb free breathing
    freebreathing multi single shot multishot singleshot ss msh segmented seg arrhythmia arr hb beat
    beats phase
    phases ph mag magnitude magn real imag imaginary psir psmde ps ir irp irprep prep prepared recovery inv
    inversion tfi tfl fl flash fisp truefisp trufisp trufi true fiesta ssfp bssfp b bffe btfe ffe tfe
    tfepi epi
    gre fgre fgret fspgr spgr efgre se tse fse ssfse haste stir tir dir tirm spair spir fat sat fatsat
    fs water
    wat swap opp op inphase outphase dixon mdixon vibe lava tricks twist mra mrv angio angiography bolus
    timing
    test care dyn dynamic perf perfusion first pass fp stress rest adeno adenosine rega regadenoson dipy
    dobutamine dobu persantin basal peak lge le lde de dhe mde delayed late early enhancement enh hyper
    gd gad
    gado gadolinium contrast post pre native nativ precontrast postcontrast molli sh shmolli sasha smart
    t1 t2
    t1w t2w t2prep t2star t2* t1map t2map t2smap map maps mapping moco motion corr corrected correction
    ecv tof
    iron mega grase edema oedema odem black blood dark bright bb db look locker ll scout scouts tiscout
    localizer localiser loc locs survey surv plan planning calibration calib cal ref reference shim freq
    frequency adjust interactive iscan flow pc phasecontrast venc vel velocity velo encoded through thru
    plane
    inplane throughplane qflow fq quant quantification 4d 3d 2d tag tagging tagged grid spamm csi dense
    strain
    feature viability viab scar infarct function funct functional fct fx stack stacks volume vol volumetric
    short long sa sax shax lax ax axis axes axial trans transversal transverse transaxial tra cor
    coronal sag
    sagittal oblique obl 2ch 3ch 4ch 2c 3c 4c ch chamber chambers two three four vla hla lvot rvot lv rv
    la ra
    laa lv2ch lv3ch lv4ch rv2ch rv3ch aplax plax ao aorta aortic asc ascending desc descending arch root
    sinus
    valve mv av tv pv mitral tricuspid pulm pulmonary pulmonal pa mpa rpa lpa pas svc ivc vein veins artery
    arteries carotid renal vessel vessels qp qs septal septum apical apex mid base basal heart cardiac
    cardio
    cmr mr mri mrt irm rm kardio herz coeur corazon cuore coracao myocardium myocardial pericardium thorax
    chest abdomen abdominal liver body whole wholeheart coronary coronaries cor3d
    echo echoes dis2d dis3d nd norm fil dis csm mip mpr sub subtraction avg average averaged derived res
    reformat
    recon reconstructed high low hr lr res resolution iso fast turbo ultra quick new std standard
    default adult
    pediatric ped child infant sedation rep repeat repeated extra add slice slices sl thick thin gap cm
    mm ms
    s sec msec min deg degree degrees t tesla ti te tr fa bpm ml kg v vs vps fov mtx matrix nex nsa etl tf
    accel acc p2 p3 p4 p5 p6 r2 r3 r4 r5 r6 x2 x3 x4 ipat pat
    kurze lange achse kurzachse langachse kammer kammerblick vierkammer zweikammer dreikammer blick spaet
    petit grand axe cavite cavites coupe coupes temps rehaussement tardif avant apres injection eje corto
    largo camaras camara realce tardio contraste asse corto lungo camere camera tardivo korte as lange kamer
    vierkamer tweekamer driekamer eixo curto longo camaras atraso inspiration inspir insp expiration exp
    expir inspiratory expiratory free hold supine prone left right ant anterior post posterior inf
    inferior lat
    lateral sup superior med medial to from and with without no non of the for in on w wo off all both plus
    series study protocol exam copy image images img imgs phantom synthetic demo
    aort ascao cemra contr define delay double fatfrac find fpp frac inline phoenix report result
    results save scan screen secondary segmentation star suite time triple vdrq sao mfast fastcard card
    sbtfe m2d wip overview fluid geomean 4dflow 3dflow 2dflow delrec coil mean dynamics resting
    vasodilator sbffe stfe mffe ffem isotropic navigated multiecho
    """

BODY_PARTS = """
    heart chest thorax cardiac aorta abdomen chestabdomen coronaryartery pulmonaryartery wholebody
    vessel mediastinum lung pericardium myocardium blood_vessel thoracic_aorta heart_great_vessels
    """

WORDS = frozenset(f"{TECHNIQUE} {BODY_PARTS}".lower().split())
UNITS = frozenset(
    ("mm", "cm", "ms", "s", "sec", "msec", "t", "deg", "hb", "ph", "bpm", "cms", "ml", "x", "sl", "ch")
)
