"""Putting sentences together by what they are about. The only module that knows scikit-learn and its relatives.

Offline and the same in every run: texts are put into an order of their own first, whatever their number starts from is
fixed, one thread does the sums, and their last digits are cut off.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from typing import Any

from .stop_words import stop_words
from .text import families_in, folded, pieces_in, terms_in


#: Texts this alike are shown as one: 12 × "meetings".
ALIKE = 0.9
#: A text stays in a group whose other texts it is at least this like; otherwise it is left over.
BELONGS = 0.12
#: So much of a group must share one of its three commonest words. What does not is held together by chance.
HOLDS = 0.6
#: Among groupings nearly as clear as the clearest, the one with the fewest groups is proposed.
NEARLY = 0.9
#: As many groups are proposed at most, and one for so many different texts.
MOST_GROUPS, TEXTS_PER_GROUP = 12, 12
#: Pieces of words count for this much beside whole ones.
PIECES_COUNT = 2.0
DIMENSIONS = 60
#: Of more different texts than these, so many are compared with each other, and the rest with what was found. More
#: of them made the groups no better, only slower to find.
MOST_COMPARED = 500
CHUNK = 256


@dataclass(frozen=True)
class Grouping:
    """Where each of some texts belongs; every number is the place of a text in what was given."""

    #: For each text the one that stands for it, which may be itself.
    stands_for: list[int]
    #: The largest first; within a group, those nearest its centre first.
    groups: list[list[int]]
    #: What fits nowhere.
    left: list[int]


def is_installed() -> bool:
    """Return whether the extra ``themes`` is."""
    return find_spec("sklearn") is not None


def group_texts(texts: Sequence[str], *, language: str) -> Grouping:
    """Return which texts are about the same thing. The same for the same texts, in whatever order they come."""
    from threadpoolctl import threadpool_limits

    if not texts:
        return Grouping([], [], [])
    keys = [folded(text) for text in texts]
    counted = Counter(keys)
    distinct = sorted(counted)
    with threadpool_limits(limits=1):
        # Whether two say the same is judged by every word: “no meetings” is not “meetings”.
        stands_for = _near_duplicates(_vectors(distinct, counted, ""))
        vectors = _vectors(distinct, counted, language)
        leaders = sorted(set(stands_for))
        weights = Counter[int]()
        for place, leader in enumerate(stands_for):
            weights[leader] += counted[distinct[place]]
        found = _groups(
            vectors[leaders],
            [weights[leader] for leader in leaders],
            [distinct[leader] for leader in leaders],
            language,
        )
    group_of = {leaders[each]: number for number, group in enumerate(found) for each in group}
    rank = {leaders[each]: rank for group in found for rank, each in enumerate(group)}
    return _spread(keys, dict(zip(distinct, stands_for, strict=True)), group_of, rank)


def halve(texts: Sequence[str], *, language: str) -> list[bool]:
    """Return for each text whether it is in the second of two parts; texts that are the same stay together.

    All are in one part where nothing tells them apart.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist
    from threadpoolctl import threadpool_limits

    keys = [folded(text) for text in texts]
    distinct = sorted(set(keys))
    if len(distinct) < 2:
        return [False] * len(texts)
    with threadpool_limits(limits=1):
        embedded = _embedded(_vectors(distinct, Counter(keys), language))
        compared = _compared(distinct)
        labels = fcluster(linkage(pdist(embedded[compared]), "ward"), 2, "maxclust")
        if labels.max() < 2:
            return [False] * len(texts)
        second = _nearest(embedded, _centres(embedded[compared], labels, [1, 2])) == 1
        second[compared] = labels == 2
    # The part of the first text in order is the first part.
    part = {key: bool(its != second[0]) for key, its in zip(distinct, second, strict=True)}
    return [part[key] for key in keys]


def _vectors(keys: Sequence[str], counted: Counter[str], language: str) -> Any:
    """Return one row of length 1 for each key, from its words and their pieces; all zeros where nothing is shared."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    without = stop_words(language)
    # What two readers wrote in the same words is shared, too.
    corpus = [*keys, *(key for key in keys if counted[key] > 1)]
    parts = []
    for take_apart, counts in ((terms_in, 1.0), (pieces_in, PIECES_COUNT)):
        vectorizer = TfidfVectorizer(
            analyzer=lambda key, take=take_apart: take(key, without), sublinear_tf=True, min_df=2
        )
        try:
            parts.append(vectorizer.fit_transform(corpus)[: len(keys)] * counts)
        except ValueError:
            # No two texts have anything in common, or there is nothing but stop words.
            parts.append(csr_matrix((len(keys), 1)))
    return normalize(hstack(parts).tocsr())


def _near_duplicates(vectors: Any) -> list[int]:
    """Return for each row the first row that it is nearly the same as, itself as a rule."""
    stands_for = list(range(vectors.shape[0]))
    for start in range(0, vectors.shape[0], CHUNK):
        likeness = (vectors[start : start + CHUNK] @ vectors[: start + CHUNK].T).tocoo()
        close = likeness.data >= ALIKE
        pairs = zip(likeness.row[close] + start, likeness.col[close], strict=True)
        for row, earlier in sorted((int(row), int(column)) for row, column in pairs if column < row):
            if stands_for[row] == row and stands_for[earlier] == earlier:
                stands_for[row] = earlier
    return stands_for


def _groups(vectors: Any, weights: Sequence[int], keys: Sequence[str], language: str) -> list[list[int]]:
    """Return the groups worth proposing, the largest first, each with its rows, those nearest the centre first."""
    import numpy as np

    weight = np.asarray(weights, dtype=float)
    labels = _labels(vectors, weight, keys)
    without = stop_words(language)
    found = []
    for label in sorted(set(labels[labels >= 0])):
        rows = np.flatnonzero(labels == label).tolist()
        near = _nearness(vectors[rows], weight[rows])
        order = sorted(zip(-near, (keys[row] for row in rows), rows, strict=True))
        kept = [row for distance, _key, row in order if -distance >= BELONGS]
        size = sum(weights[row] for row in kept)
        families = [(families_in(keys[row], without), weights[row]) for row in kept]
        if size >= _smallest(weight.sum()) and _holding(families) >= HOLDS:
            found.append((-size, keys[min(kept)], kept))
    return [kept for _size, _key, kept in sorted(found)]


def _labels(vectors: Any, weight: Any, keys: Sequence[str]) -> Any:
    """Return the number of the group of each row; -1 for a row without anything in common with another."""
    import numpy as np

    labels = np.full(vectors.shape[0], -1)
    filled = np.flatnonzero(np.diff(vectors.indptr)).tolist()
    if len(filled) < 3:
        labels[filled] = range(len(filled))
        return labels
    embedded = _embedded(vectors[filled])
    compared = _compared([keys[row] for row in filled])
    cut = _best_cut(embedded[compared], weight[filled][compared])
    found = sorted(set(cut[cut >= 0]))
    if not found:
        return labels
    own = np.asarray(found)[_nearest(embedded, _centres(embedded[compared], cut, found))]
    own[compared] = cut
    labels[filled] = own
    return labels


def _embedded(vectors: Any) -> Any:
    """Return the rows in few dimensions, each of length 1, with the last digits cut off."""
    import numpy as np
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    rows, columns = vectors.shape
    dimensions = min(DIMENSIONS, max(2, rows // 4), rows - 1, columns - 1)
    if dimensions < 2:
        return np.round(vectors.toarray(), 6)
    reduced = TruncatedSVD(dimensions, random_state=0).fit_transform(vectors)
    return np.round(normalize(np.round(reduced, 6)), 6)


def _compared(keys: Sequence[str]) -> Any:
    """Return which rows are compared with each other: all, or those that a hash picks without looking."""
    import numpy as np

    picked = sorted(range(len(keys)), key=lambda row: sha256(keys[row].encode()).digest())[:MOST_COMPARED]
    return np.asarray(sorted(picked), dtype=int)


def _best_cut(embedded: Any, weight: Any) -> Any:
    """Return the group of each row, -1 for what stands alone, where few groups lie clearly apart."""
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    tree = linkage(pdist(embedded), "average")
    most = max(3, min(MOST_GROUPS, len(embedded) // TEXTS_PER_GROUP))
    best: list[tuple[float, Any]] = []
    for k in range(1, min(80, len(embedded)) + 1):
        labels = fcluster(tree, k, "maxclust")
        sizes = np.bincount(labels, weights=weight)
        labels[sizes[labels] < _smallest(weight.sum())] = -1
        groups = len(set(labels[labels >= 0]))
        if 1 <= groups <= most:
            best.append((_apart(embedded, labels, weight) if groups > 1 else 0.0, labels))
    clearest = max((score for score, _labels in best), default=0.0)
    return next((labels for score, labels in best if score >= NEARLY * clearest), np.full(len(embedded), -1))


def _apart(embedded: Any, labels: Any, weight: Any) -> float:
    """Return how clearly groups lie apart, by their centres (a simplified silhouette); what stands alone adds nothing."""
    import numpy as np

    found = sorted(set(labels[labels >= 0]))
    rows = np.flatnonzero(labels >= 0)
    own = np.searchsorted(found, labels[rows])
    distance = 1 - embedded[rows] @ _centres(embedded, labels, found).T
    places = np.arange(len(rows))
    within = distance[places, own].copy()
    distance[places, own] = np.inf
    beside = distance.min(axis=1)
    clear = (beside - within) / np.maximum(np.maximum(beside, within), 1e-9)
    return float((clear * weight[rows]).sum() / weight.sum())


def _centres(embedded: Any, labels: Any, found: Sequence[int]) -> Any:
    import numpy as np
    from sklearn.preprocessing import normalize

    return normalize(np.array([embedded[labels == label].mean(axis=0) for label in found]))


def _nearest(embedded: Any, centres: Any) -> Any:
    return (embedded @ centres.T).argmax(axis=1)


def _nearness(vectors: Any, weight: Any) -> Any:
    """Return how like the rest of its group each row is, from 0 to 1."""
    import numpy as np

    total = np.asarray(vectors.T @ weight).ravel()
    shared = np.asarray(vectors @ total).ravel()
    rest = np.sqrt(np.maximum(total @ total - 2 * shared + 1, 0))
    return np.round(np.where(rest > 1e-9, (shared - 1) / np.maximum(rest, 1e-9), 0), 6)


def _smallest(texts: float) -> float:
    """Return how many sentences a group needs among so many."""
    return min(max(4.0, round(texts * 0.02)), 20.0)


def _holding(texts: Sequence[tuple[frozenset[str], int]]) -> float:
    """Return the share of texts with one of the three word families that cover most of them."""
    left, all_of_them, covered = list(texts), sum(weight for _families, weight in texts), 0
    for _turn in range(3):
        counts = Counter[str]()
        for families, weight in left:
            counts.update(dict.fromkeys(families, weight))
        commonest, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        if count < 2:
            break
        covered += count
        left = [(families, weight) for families, weight in left if commonest not in families]
    return covered / all_of_them if all_of_them else 0.0


def _spread(
    keys: Sequence[str], leader_of: dict[str, int], group_of: dict[int, int], rank: dict[int, int]
) -> Grouping:
    """Return the grouping of the texts themselves, given that of the different ones."""
    first: dict[int, int] = {}
    stands_for = [first.setdefault(leader_of[key], place) for place, key in enumerate(keys)]
    groups: list[list[int]] = [[] for _group in set(group_of.values())]
    left: list[int] = []
    for place, key in enumerate(keys):
        leader = leader_of[key]
        (groups[group_of[leader]] if leader in group_of else left).append(place)
    for group in groups:
        group.sort(key=lambda place: (rank[leader_of[keys[place]]], keys[place], place))
    return Grouping(stands_for, groups, left)
