namespace Skerry.Tunnel.Driver;

/// <summary>What became of a session that was asked for.</summary>
/// <param name="Session">It was taken in; null: it was not.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Message">The same, in words.</param>
internal sealed record SessionDecision(ResumableSession? Session, SessionRefusal Refusal, string Message);
