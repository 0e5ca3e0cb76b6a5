using System.Collections.Immutable;

namespace Skerry.Api;

/// <summary>What a change of gateway objects has done, or would do.</summary>
/// <param name="IsWritten">Whether it was written: not for a dry run, nor where nothing changes.</param>
/// <param name="Revision">The revision that the objects have now, if it was written; else that of the newest change there was.</param>
/// <param name="Changes">Each object that was asked for.</param>
public sealed record ApiGatewayOutcome(bool IsWritten, long Revision, ImmutableArray<ApiGatewayChange> Changes);
