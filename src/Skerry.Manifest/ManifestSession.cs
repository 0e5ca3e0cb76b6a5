namespace Skerry.Manifest;

/// <summary>A session: who holds locks. It ends when it is destroyed, when its time is over, or when its node or one of its checks fails.</summary>
public sealed record ManifestSession
{
    /// <summary>Longest id, name, node or check in bytes.</summary>
    public const int MaxText = 512;

    /// <summary>Checks it may be bound to, of both kinds together.</summary>
    public const int MaxChecks = 64;

    /// <summary>Its id, a UUID as text.</summary>
    public required string Id { get; init; }

    /// <summary>A name for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>The node it belongs to.</summary>
    public string Node { get; init; } = "";

    /// <summary>Checks of that node that must not fail: its own.</summary>
    public IReadOnlyList<string> Checks { get; init; } = [];

    /// <summary>Checks of that node's services that must not fail.</summary>
    public IReadOnlyList<string> ServiceChecks { get; init; } = [];

    /// <summary>How long its keys cannot be locked after it has ended, in milliseconds; 0 to 60 000.</summary>
    public long LockDelay { get; init; } = 15_000;

    /// <summary>Seconds it lives without being renewed, at least: it ends after twice that, as Consul's do. 0 is for ever, else 10 to 86 400.</summary>
    public long Ttl { get; init; }

    /// <summary>What becomes of its keys when it ends.</summary>
    public SessionBehavior Behavior { get; init; }

    /// <summary>The store's revision when it was made.</summary>
    public long CreateRevision { get; init; }

    /// <summary>When it changed last, counted in changes of sessions; for whoever waits for one.</summary>
    public long Index { get; init; }

    /// <summary>Whether it keeps the bounds.</summary>
    internal bool IsValid =>
        Id.Length > 0 && Checks.Count + ServiceChecks.Count <= MaxChecks && Checks.Concat(ServiceChecks).Append(Id).Append(Name).Append(Node).All(IsShort)
        && LockDelay is >= 0 and <= 60_000 && (Ttl == 0 || Ttl is >= 10 and <= 86_400) && Behavior is (SessionBehavior.Release or SessionBehavior.Delete);

    internal static bool IsShort(string text) => System.Text.Encoding.UTF8.GetByteCount(text) <= MaxText;
}
