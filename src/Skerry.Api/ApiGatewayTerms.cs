using System.Collections.Immutable;

namespace Skerry.Api;

/// <summary>On what terms gateway objects are changed.</summary>
public sealed record ApiGatewayTerms
{
    /// <summary>Whether only to say what would be done.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The revision that every object of the change must have, 0 for none there; null: any.</summary>
    public long? Revision { get; init; }

    /// <summary>Whether every object of the change must be there.</summary>
    public bool MustExist { get; init; }

    /// <summary>The same for single objects, by <c>KIND/NAME</c>.</summary>
    public ImmutableDictionary<string, long> Revisions { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>What is remembered as the reason; empty: what was asked for.</summary>
    public string Cause { get; init; } = "";
}
