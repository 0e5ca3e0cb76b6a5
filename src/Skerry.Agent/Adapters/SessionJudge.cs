using Skerry.Catalog;
using Skerry.Manifest;

namespace Skerry.Agent.Adapters;

/// <summary>
/// Says which sessions have lost their node or one of their checks. What is critical ends them at once. What is not there does when it was there before; else only after a while, for
/// what was registered a moment ago may not have come here yet. Keeps no clock: time comes in.
/// </summary>
internal sealed class SessionJudge
{
    /// <summary>How long a session is left alone that was not known before: its node may have come back a moment ago, which is still on its way here.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>How long something may be missing that was never seen: many times what the catalog needs to reach every node.</summary>
    public static readonly TimeSpan Absence = TimeSpan.FromSeconds(15);

    /// <summary>Stands for the node itself among what a session needs.</summary>
    private const string Node = "";

    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);

    /// <summary>Judges all sessions there are.</summary>
    /// <param name="sessions">They.</param>
    /// <param name="checksOf">The checks of a node by id; null where there is no such node.</param>
    /// <param name="now">A time that does not leap.</param>
    /// <returns>The sessions to end with the reason, and when to judge again though nothing has changed.</returns>
    public (IReadOnlyList<(ManifestSession Session, string Reason)> Ended, TimeSpan? Next) Judge(
        IReadOnlyList<ManifestSession> sessions, Func<string, IReadOnlyDictionary<string, CheckStatus>?> checksOf, TimeSpan now)
    {
        var ended = new List<(ManifestSession, string)>();
        TimeSpan? next = null;
        var gone = _watched.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var session in sessions)
        {
            gone.Remove(session.Id);
            if (!_watched.TryGetValue(session.Id, out var watched)) _watched.Add(session.Id, watched = new Watched(now));
            if (now < watched.Since + Settling)
            {
                next = Earlier(next, watched.Since + Settling);
                continue;
            }

            var (reason, again) = Judge(session, watched, checksOf(session.Node), now);
            if (reason is not null) ended.Add((session, reason));
            next = Earlier(next, again);
        }

        foreach (var id in gone) _watched.Remove(id);
        return (ended, next);
    }

    /// <summary>Forgets what was seen: another leads.</summary>
    public void Forget() => _watched.Clear();

    private static (string? Reason, TimeSpan? Again) Judge(ManifestSession session, Watched watched, IReadOnlyDictionary<string, CheckStatus>? checks, TimeSpan now)
    {
        if (checks is null) return Missing(watched, Node, $"node {session.Node} is gone", now);
        watched.Saw(Node);
        TimeSpan? again = null;
        foreach (var id in session.Checks.Concat(session.ServiceChecks))
        {
            if (!checks.TryGetValue(id, out var status))
            {
                var (reason, until) = Missing(watched, id, $"check {id} of node {session.Node} is gone", now);
                if (reason is not null) return (reason, null);
                again = Earlier(again, until);
                continue;
            }

            watched.Saw(id);
            if (status == CheckStatus.Critical) return ($"check {id} of node {session.Node} is critical", null);
        }

        return (null, again);
    }

    private static (string? Reason, TimeSpan? Until) Missing(Watched watched, string what, string reason, TimeSpan now)
    {
        if (watched.Seen.Contains(what)) return (reason, null);
        var until = watched.Since + Absence;
        return now >= until ? (reason, null) : (null, until);
    }

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;

    /// <summary>What is known of a session here.</summary>
    private sealed class Watched(TimeSpan since)
    {
        /// <summary>When it was judged first.</summary>
        public TimeSpan Since { get; } = since;

        /// <summary>What it needs and was there once.</summary>
        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

        public void Saw(string what) => Seen.Add(what);
    }
}
