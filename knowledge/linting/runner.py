"""Running the rules over records, and what people have accepted of what they find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

from knowledge.curated import read_yaml
from knowledge.linting.acceptance import Accepted
from knowledge.linting.models import Context, Finding, Hit, RuleText, Severity, Subject, rank
from knowledge.linting.rules import RULES
from knowledge.linting.rules.titles import gather
from knowledge.linting.workers import in_parts
from knowledge.models import RecordStatus
from knowledge.settings import CONTENT_DIR
from knowledge.text import fold


@dataclass(frozen=True)
class Report:
    """What stands, what was accepted, and acceptances that no finding needs any more."""

    findings: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Accepted], ...]
    unused: tuple[Accepted, ...]
    records: int

    def worst(self) -> Severity | None:
        """Return the gravest severity among what stands."""
        return min((finding.severity for finding in self.findings), key=rank, default=None)


@lru_cache(maxsize=1)
def rule_texts() -> dict[str, RuleText]:
    """Return every rule's texts and gravity."""
    data = read_yaml(CONTENT_DIR / "linting" / "rules.yml")
    return {
        name: RuleText(entry["title"], entry["do"], Severity(entry["curated"]), Severity(entry["portal"]))
        for name, entry in data.items()
    }


def lint(subjects: Sequence[Subject], context: Context, accepted: Iterable[Accepted] = ()) -> Report:
    """Run every rule over every record; findings come by gravity, rule and code."""
    _gather(subjects, context)
    found = list(in_parts(subjects, partial(_all_findings, context=context)))
    found.sort(key=lambda item: (rank(item.severity), item.rule, item.code, item.where))
    return _settled(found, list(accepted), context.day, len(subjects))


def _all_findings(subjects: Sequence[Subject], context: Context) -> list[Finding]:
    return [finding for subject in subjects for finding in _findings(subject.opened(), context)]


def _findings(subject: Subject, context: Context) -> Iterator[Finding]:
    """Yield the findings in one record: what a rule sees in several places alike is one finding."""
    for name, rule in RULES.items():
        alike: dict[tuple[str, str], list[Hit]] = {}
        for hit in rule(subject, context):
            alike.setdefault((hit.evidence, hit.basis), []).append(hit)
        for hits in alike.values():
            yield _finding(name, hits, subject)


def _finding(name: str, hits: list[Hit], subject: Subject) -> Finding:
    record, text = subject.record, rule_texts()[name]
    return Finding(
        rule=name,
        severity=text.curated if subject.curated else text.portal,
        code=record.code,
        title=record.title,
        sector=record.sector,
        curated=subject.curated,
        evidence=hits[0].evidence,
        places=tuple(dict.fromkeys(hit.where for hit in hits if hit.where)),
        basis=hits[0].basis,
        url=record.source.url,
    )


def _settled(found: list[Finding], accepted: list[Accepted], day: date, records: int) -> Report:
    valid = {entry.fingerprint: entry for entry in accepted if entry.holds_on(day)}
    standing = tuple(finding for finding in found if finding.fingerprint not in valid)
    settled = tuple((finding, valid[finding.fingerprint]) for finding in found if finding.fingerprint in valid)
    used = {finding.fingerprint for finding, _ in settled}
    return Report(standing, settled, tuple(entry for entry in accepted if entry.fingerprint not in used), records)


def _gather(subjects: Sequence[Subject], context: Context) -> None:
    """Put into `context` what only all records together show."""
    gather([(subject.record, subject.curated) for subject in subjects], context)
    published = [subject.record for subject in subjects if not subject.curated]
    published += [subject.portal for subject in subjects if subject.portal is not None]
    context.published = frozenset(record.code for record in published if record.status is RecordStatus.CURRENT)
    for record in published:
        if record.source.url:
            context.pages.setdefault(record.source.url, record.code)
    owners: dict[str, set[str]] = {}
    for subject in subjects:
        for alias in subject.record.aliases:
            owners.setdefault(fold(alias), set()).add(subject.record.code)
    context.by_alias = {alias: sorted(codes) for alias, codes in owners.items() if len(codes) > 1}
