"""Words and what a negating prefix makes of them: 'happy' and 'unhappy', 'agree' and 'disagree'.

Only pairs that are listed count, form by form: 'informed' does not deny 'formed', and 'income' no
'come'. Behind a hyphen 'non-' denies any word.
"""

from collections.abc import Iterator
from itertools import product

_ADJECTIVES = {
    "un": """
    able acceptable accepted accompanied accounted acknowledged adequate adjusted affected
    affordable aided allocated allowed altered ambiguous ambitious amended announced answered
    anticipated approved armed asked assigned assisted attainable attended attractive audited
    authorised authorized available avoidable aware balanced bearable believable biased
    blemished broken certain certified challenged changed charged checked clean clear cleared
    clothed comfortable common completed complicated conditional confirmed conscious
    constitutional contaminated contested controlled conventional convinced convincing cooked
    cooperative corrected credited damaged deniable deserved desirable detected determined
    developed diminished disclosed disputed disturbed documented doubted earned eaten economic
    economical educated employed encrypted enforceable enforced equal equipped equivocal
    ethical eventful exceptional expected expired explained explored exposed fair familiar
    fashionable favorable favourable fenced filled finished flattering foreseeable foreseen
    forgettable forgiving fortunate friendly fruitful fulfilled funded grateful guarded guided
    happy harmed harmful healthy heard heated helpful hurt hygienic identified imaginable
    imaginative impaired important impressed impressive infected informed inhabited injured
    inspected insurable insured intelligible intended intentional interested interesting
    interrupted invited issued justifiable justified known labeled labelled lawful licensed
    likely limited listed lit loaded locked loved loving lucky maintained manageable manned
    married measured mentioned mistakable modified molested named natural necessary needed
    notable noticed objectionable observed obstructed obtainable occupied offered official
    opened opposed organised organized orthodox paid painted paralleled pasteurised pasteurized
    patched paved planned playable pleasant polluted popular precedented predictable prepared
    principled printed privileged processed productive professional profitable prompted
    proportional protected proved proven provoked published punished qualified questionable
    questioned reachable readable ready real realistic reasonable recognisable recognised
    recognizable recognized reconstructed recorded recoverable refined refrigerated registered
    regulated related released reliable remarkable repaired repeatable repentant reported
    representative resolved responsive restrained restricted rewarded ripe safe salted
    satisfactory satisfied satisfying scathed scheduled scientific sealed secured selfish
    served shaken shaven sighted signed skilled sold solicited solved sophisticated specific
    specified spoiled stable staffed stained stated steady substantiated successful suitable
    supervised supported sure surmountable surprised surprising suspected suspecting
    sustainable sweetened sympathetic tamed taxed tenable tested tidy timely touched trained
    treated tried true trustworthy typical usable used usual vaccinated validated varnished
    ventilated verifiable verified viable wanted warranted washed welcome willing wise workable
    worried worthy written
    """,
    "in": """
    accessible accurate active adequate admissible advisable alienable applicable appropriate
    apt attentive audible capable cautious coherent combustible commensurate comparable
    compatible competent complete comprehensible conceivable conclusive considerate consistent
    conspicuous constant convenient correct corruptible curable decent decipherable decisive
    defensible dependent destructible determinate digestible direct discernible discreet
    disputable distinct distinguishable divisible edible effective effectual efficient elastic
    elegant eligible equitable escapable exact excusable exhaustible expedient expensive
    experienced fallible feasible fertile flexible formal frequent hospitable humane judicious
    numerate offensive operable operative orderly sane secure sensitive separable significant
    sincere soluble solvent stable sufficient surmountable tangible temperate tolerable
    tolerant transitive valid visible voluntary vulnerable
    """,
    "im": """
    balanced mature measurable memorable mobile moderate modest moral mortal movable moveable
    mutable passable penetrable perceptible perfect permanent permeable permissible personal
    pious plausible polite possible potent practicable practical precise probable proper
    provident prudent pure
    """,
    "il": "legal legible legitimate liberal licit literate logical",
    "ir": """
    rational reconcilable recoverable redeemable reducible refutable regular relevant religious
    remediable removable repairable reparable replaceable repressible reproachable resistible
    resolute responsible retrievable reverent reversible revocable
    """,
    "dis": """
    advantageous agreeable appeared armed contented courteous enfranchised established graceful
    harmonious honest honorable honourable illusioned inclined interested liked loyal obedient
    orderly organised organized passionate pleased proportionate proven qualified reputable
    respectful satisfied similar trusted
    """,
}
_NOUNS = {
    "un": """
    acceptability affordability availability awareness certainty clarity consciousness
    constitutionality desirability employment fairness familiarity happiness importance
    lawfulness likelihood popularity predictability preparedness profitability readiness
    reality reasonableness reliability safety suitability sustainability truth usability
    viability willingness worthiness
    """,
    "in": """
    ability accessibility accuracy activity adequacy admissibility appropriateness attention
    capability coherence compatibility competence completeness consistency convenience
    corruptibility credibility decency determinacy discipline discretion divisibility
    effectiveness efficiency elasticity eligibility equality experience feasibility fertility
    fidelity flexibility formality frequency gratitude hospitality offensiveness operability
    sanity security sensitivity significance sincerity solubility solvency stability
    sufficiency tolerance validity variability visibility vulnerability
    """,
    "im": """
    balance maturity mobility moderation modesty morality mortality partiality patience
    perfection permanence permeability plausibility possibility practicality precision
    probability propriety prudence purity
    """,
    "il": "legality legibility legitimacy literacy logic",
    "ir": "rationality regularity relevance resolution responsibility reverence reversibility",
    "dis": """
    advantage affection agreement approbation approval belief comfort courtesy harmony honesty
    incentive inclination loyalty obedience parity pleasure proof repute satisfaction
    similarity unity
    """,
}
_VERBS = {
    "un": "block fasten load lock pack plug seal",
    "dis": """
    agree allow approve assemble believe connect continue embark enfranchise engage inherit
    invite obey orient prove qualify satisfy
    """,
}
_CLOSED = """
binding combatant compliance compliant conformity conforming consensual delivery disclosure
essential existence existent fatal fiction functional infectious invasive linear lethal living
negotiable partisan payment performance performing political professional refundable renewable
resident smoker smoking specific standard toxic trivial verbal violence violent volatile white
"""
"""What 'non' is also put before without a hyphen."""


def opposite(word: str) -> frozenset[str]:
    """The forms that deny a word, or that it denies; of any word but 'non-…', only listed ones."""
    found = _OPPOSITES.get(word, frozenset())
    return found | {word.removeprefix("non-") if word.startswith("non-") else f"non-{word}"}


def is_negated(word: str) -> bool:
    """Whether a word is the one of a pair that begins with a prefix."""
    return word.startswith("non-") or word in _NEGATED


def _pairs() -> Iterator[tuple[str, str]]:
    """Each form with the one that denies it."""
    for prefix, words in _ADJECTIVES.items():
        for word in words.split():
            for form in (word, _adverb(word)):
                yield form, prefix + form
    for prefix, words in _NOUNS.items():
        for word in words.split():
            for form in (word, _plural(word)):
                yield form, prefix + form
    for prefix, words in _VERBS.items():
        for word in words.split():
            # 'They agreed' is not what 'they disagree' says, whichever tense.
            for form, other in product(_verb_forms(word), repeat=2):
                yield form, prefix + other
    for word in _CLOSED.split():
        for form in (word, _plural(word)):
            yield form, "non" + form


def _adverb(word: str) -> str:
    if word.endswith("le"):
        return word[:-1] + "y"
    if word.endswith("y"):
        return word[:-1] + "ily"
    return word + ("ally" if word.endswith("ic") else "ly")


def _plural(word: str) -> str:
    return word[:-1] + "ies" if word.endswith(("ty", "cy")) else word + "s"


def _verb_forms(word: str) -> tuple[str, ...]:
    if word.endswith("fy"):
        return word, word[:-1] + "ies", word[:-1] + "ied", word + "ing"
    stem = word.removesuffix("e") if not word.endswith("ee") else word
    past = word + "d" if word.endswith("e") else word + "ed"
    return word, word + "s", past, stem + "ing"


def _opposed() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for form, denied in _pairs():
        found.setdefault(form, set()).add(denied)
        found.setdefault(denied, set()).add(form)
    return {word: frozenset(others) for word, others in found.items()}


_OPPOSITES = _opposed()
_NEGATED = frozenset(denied for _, denied in _pairs())
