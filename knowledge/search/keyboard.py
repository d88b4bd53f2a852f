"""Syllables that came out as keystrokes ("ddawng" and "d9a8ng" are "đăng"), and what a syllable looks like."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

_ONSETS = "b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|qu|r|s|t|th|tr|v|x"
_RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay e ec em en eng eo ep et eu i ia ich iec iem ien ieng iep iet ieu im in "
    "inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong oong op ot u ua "
    "uan uang uat uay uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen uyet "
    "uynh uyt uyu y yem yen yet yeu ynh ych yt"
)
_SYLLABLE = re.compile(rf"(?:{_ONSETS})?(?:{'|'.join(sorted(_RIMES.split(), key=len, reverse=True))})")

_TELEX_LETTERS = (("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("aw", "ă"), ("uow", "ươ"), ("ow", "ơ"))
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_VNI_LETTERS = {"6": "\u0302", "7": "\u031b", "8": "\u0306"}
_VOWELS = "aăâeêioôơuưy"
_TELEX = re.compile(r"[a-zđ]{2,8}", re.IGNORECASE)
_VNI = re.compile(r"[a-z]+\d[a-z\d]{0,6}")
_LEAST_LETTERS, _SHORTEST_TWINS = 2, 3


@lru_cache(maxsize=8192)
def is_syllable(folded: str) -> bool:
    """Say whether a folded word (small letters, no marks) can be one Vietnamese syllable."""
    return _SYLLABLE.fullmatch(folded) is not None


def decode_keystrokes(word: str) -> str:
    """Return what the keystrokes of `word` (small letters) would have typed by Telex or VNI; empty when nothing."""
    decoded = _from_telex(word) or _from_vni(word)
    return decoded if decoded and is_syllable(_bare(decoded)) else ""


def _from_telex(word: str) -> str:
    if not _TELEX.fullmatch(word):
        return ""
    rest, tone = _without_tone(word)
    letters = rest
    for keys, letter in _TELEX_LETTERS:
        letters = letters.replace(keys, letter, 1)
    # A circumflex may be typed at the end of the syllable ("dane" is not, "hoso" neither: only after a vowel's twin).
    letters = _late_letters(letters).replace("uw", "ư", 1).replace("w", "ư", 1)
    if letters == word or not any(letter in _VOWELS for letter in letters):
        return ""
    return _with_mark(letters, tone)


def _without_tone(word: str) -> tuple[str, str]:
    """Take the tone's key out: the last one after a vowel, if the rest has one."""
    for place in range(len(word) - 1, 0, -1):
        key = word[place]
        if key in _TELEX_TONES and any(letter in _VOWELS for letter in word[:place]):
            return word[:place] + word[place + 1 :], _TELEX_TONES[key]
    return word, ""


def _late_letters(letters: str) -> str:
    """ "dangd" is "đang", "caapn" needs nothing, "tienen" no: a vowel's second key typed after the last consonant."""
    if letters.startswith("d") and letters.endswith("d") and len(letters) > _LEAST_LETTERS:
        letters = "đ" + letters[1:-1]
    for plain, marked in (("a", "â"), ("e", "ê"), ("o", "ô")):
        twins = letters.endswith(plain) and letters.count(plain) == 2 and letters[-2] not in _VOWELS
        # "oto" and "ana" are words of their own far more often than "ôt" and "ân" typed so.
        if twins and (letters[0] not in _VOWELS or len(letters) > _SHORTEST_TWINS):
            letters = letters[:-1].replace(plain, marked, 1)
    if letters.endswith("w") and letters[-2:-1] not in _VOWELS:
        for plain, marked in (("uo", "ươ"), ("a", "ă"), ("o", "ơ"), ("u", "ư")):
            if plain in letters:
                return letters[:-1].replace(plain, marked, 1)
    return letters


def _from_vni(word: str) -> str:
    if not _VNI.fullmatch(word):
        return ""
    tone, letters = "", ""
    for char in word:
        if char in _VNI_TONES and not tone:
            tone = _VNI_TONES[char]
        elif char in _VNI_LETTERS and letters:
            letters = _marked_vowel(letters, _VNI_LETTERS[char])
        elif char == "9" and letters.startswith("d"):
            letters = "đ" + letters[1:]
        elif char.isdigit():
            return ""
        else:
            letters += char
    return _with_mark(letters, tone) if any(letter in _VOWELS for letter in letters) else ""


def _marked_vowel(letters: str, mark: str) -> str:
    fits = {"\u0302": "aeo", "\u031b": "uo", "\u0306": "a"}[mark]
    for place in range(len(letters) - 1, -1, -1):
        if letters[place] in fits:
            both = mark == "\u031b" and letters[place] == "o" and place and letters[place - 1] == "u"
            before = letters[: place - 1] + normalize("NFC", "u" + mark) if both else letters[:place]
            return before + normalize("NFC", letters[place] + mark) + letters[place + 1 :]
    return letters


def _with_mark(letters: str, tone: str) -> str:
    """Put the tone on the syllable's main vowel."""
    if not tone:
        return letters
    start = 2 if letters.startswith(("qu", "gi")) and any(char in _VOWELS for char in letters[2:]) else 0
    vowels = [place for place, char in enumerate(letters) if char in _VOWELS and place >= start]
    marked = [place for place in vowels if letters[place] in "ăâêôơư"]
    closed = bool(vowels) and vowels[-1] < len(letters) - 1
    if marked:
        place = marked[-1]
    else:
        place = vowels[-1] if closed or len(vowels) == 1 else vowels[-2] if len(vowels) == 2 else vowels[1]
    return normalize("NFC", letters[: place + 1] + tone + letters[place + 1 :])


def _bare(word: str) -> str:
    decomposed = normalize("NFD", word.replace("đ", "d"))
    return "".join(char for char in decomposed if not 0x300 <= ord(char) < 0x370)
