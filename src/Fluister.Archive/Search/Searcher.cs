using Fluister.Archive.Conversations;

namespace Fluister.Archive.Search;

/// <summary>Full-text search over an archive, by reading through it or with an index of it. Both find the same.</summary>
public static class Searcher
{
    // Messages read at once to be checked: few at first, for the newest hits are often among the newest candidates.
    private const int FirstBatch = 64;
    private const int LargestBatch = 4096;

    /// <summary>Gives the messages that the query finds.</summary>
    /// <param name="archive">Where.</param>
    /// <param name="query">What.</param>
    /// <param name="selection">Among which messages; disappearing and view-once messages only where it includes them. Its
    /// counts of messages left out are complete only without an index.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArchiveException">The archive or the index is damaged.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 0 or above what the order can give.</exception>
    public static IEnumerable<SearchHit> Search(
        ConversationArchive archive, SearchQuery query, Selection selection, SearchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Limit);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Before);
        ArgumentOutOfRangeException.ThrowIfNegative(options.After);
        if (options.Order == SearchOrder.NewestFirst)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Limit, SearchOptions.MaximumLimit);
        }

        var found = options.Order == SearchOrder.Stored
            ? Stored(archive, query, selection, options)
            : Newest(archive, query, selection, options);
        return found.Select(hit => WithContext(archive, selection, options, hit));
    }

    private static IEnumerable<SearchHit> Stored(
        ConversationArchive archive, SearchQuery query, Selection selection, SearchOptions options)
    {
        var matcher = new Matcher(query);
        var messages = options.Index is { } index
            ? Indexed(archive, query, selection, index)
            : archive.Read(selection, MessageOrder.Stored);
        var left = options.Limit;
        foreach (var message in left == 0 ? [] : messages)
        {
            if (matcher.Match(message) is { } matches)
            {
                yield return new SearchHit(message, matches, [], []);
                if (--left == 0)
                {
                    yield break;
                }
            }
        }
    }

    // In order of row, for which the row ids of all candidates are in memory, eight bytes each.
    private static IEnumerable<Message> Indexed(ConversationArchive archive, SearchQuery query, Selection selection, SearchIndex index)
    {
        var rows = index.Candidates(query, selection, archive).Select(row => row.RowId).ToList();
        rows.AddRange(archive.RowsEditedSince(index.EditWatermark).Where(row => row <= index.LastRowId));
        rows.Sort();
        foreach (var part in Distinct(rows).Chunk(LargestBatch))
        {
            foreach (var message in archive.ReadRows(part, selection).OrderBy(message => message.RowId))
            {
                yield return message;
            }
        }

        foreach (var message in archive.ReadAfter(index.LastRowId, selection))
        {
            yield return message;
        }
    }

    private static IEnumerable<long> Distinct(List<long> sorted)
    {
        for (var i = 0; i < sorted.Count; i++)
        {
            if (i == 0 || sorted[i] != sorted[i - 1])
            {
                yield return sorted[i];
            }
        }
    }

    private static IEnumerable<SearchHit> Newest(
        ConversationArchive archive, SearchQuery query, Selection selection, SearchOptions options)
    {
        if (options.Limit == 0)
        {
            yield break;
        }

        var matcher = new Matcher(query);
        var best = new PriorityQueue<SearchHit, (long, long)>();
        if (options.Index is { } index)
        {
            var edited = new SortedSet<long>(archive.RowsEditedSince(index.EditWatermark).Where(row => row <= index.LastRowId));
            foreach (var part in edited.Chunk(LargestBatch))
            {
                Take(archive.ReadRows(part, selection));
            }

            Take(archive.ReadAfter(index.LastRowId, selection));
            TakeCandidates(index, edited);
        }
        else
        {
            Take(archive.Read(selection, MessageOrder.Stored));
        }

        var hits = new SearchHit[best.Count];
        for (var i = hits.Length - 1; i >= 0; i--)
        {
            hits[i] = best.Dequeue();
        }

        foreach (var hit in hits)
        {
            yield return hit;
        }

        void Take(IEnumerable<Message> messages)
        {
            foreach (var message in messages)
            {
                var rank = (message.SentAt.UnixMilliseconds, message.RowId);
                var full = best.Count == options.Limit;
                if ((full && best.TryPeek(out _, out var least) && rank.CompareTo(least) < 0)
                    || matcher.Match(message) is not { } matches)
                {
                    continue;
                }

                var hit = new SearchHit(message, matches, [], []);
                if (full)
                {
                    best.EnqueueDequeue(hit, rank);
                }
                else
                {
                    best.Enqueue(hit, rank);
                }
            }
        }

        // Newest candidates first, until no other can be newer than the hits that there are. A message that was indexed twice
        // is a candidate under each time of sending; it is read under the first.
        void TakeCandidates(SearchIndex index, SortedSet<long> seen)
        {
            using var rows = index.NewestCandidates(query, selection, archive).GetEnumerator();
            var batch = new List<long>();
            var done = new HashSet<long>();
            var more = rows.MoveNext();
            for (var size = FirstBatch; ; size = Math.Min(2 * size, LargestBatch))
            {
                batch.Clear();
                for (; more && batch.Count < size; more = rows.MoveNext())
                {
                    if (best.Count == options.Limit && best.TryPeek(out _, out var least)
                        && (rows.Current.SentAt, rows.Current.RowId).CompareTo(least) < 0)
                    {
                        more = false;
                        break;
                    }

                    if (!seen.Contains(rows.Current.RowId) && done.Add(rows.Current.RowId))
                    {
                        batch.Add(rows.Current.RowId);
                    }
                }

                if (batch.Count == 0)
                {
                    return;
                }

                batch.Sort();
                Take(archive.ReadRows(batch, selection));
            }
        }
    }

    private static SearchHit WithContext(ConversationArchive archive, Selection selection, SearchOptions options, SearchHit hit)
    {
        if (options is { Before: 0, After: 0 })
        {
            return hit;
        }

        var around = new Selection
        {
            Conversations = new HashSet<string>(StringComparer.Ordinal) { hit.Message.ConversationId },
            IncludeDisappearing = selection.IncludeDisappearing,
            IncludeViewOnce = selection.IncludeViewOnce,
        };
        var (before, after) = archive.ReadAround(hit.Message, options.Before, options.After, around);
        return hit with { Before = before, After = after };
    }
}
