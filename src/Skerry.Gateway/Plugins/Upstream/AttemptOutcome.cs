using Skerry.Gateway.Http1;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>What became of one attempt.</summary>
/// <param name="Failure">How it failed; null when the client has its answer.</param>
/// <param name="WasStale">Whether it failed because a kept connection had been closed meanwhile.</param>
/// <param name="HasTakenBody">Whether part of the body is gone that another attempt would need.</param>
/// <param name="HasAnswer">Whether a byte of an answer had come.</param>
internal readonly record struct AttemptOutcome(UpstreamFailure? Failure, bool WasStale, bool HasTakenBody, bool HasAnswer);
