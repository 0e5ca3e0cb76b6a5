using System.Diagnostics;

namespace Skerry.Tunnel.Driver;

/// <summary>The trace that a session is opened in.</summary>
/// <param name="opening">The span of opening it; null: it is not recorded.</param>
/// <param name="asker">The span of whoever asked for it; null: there is none.</param>
internal sealed class SessionTrace(Activity? opening, Activity? asker)
{
    public Activity? Opening => opening;

    public Activity? Asker => asker;

    /// <summary>The span that those of the other node are below.</summary>
    public ActivityContext Context { get; } = (opening ?? asker)!.Context;

    /// <summary>The same as W3C writes it; empty: it cannot be.</summary>
    public string TraceParent { get; } = (opening ?? asker) is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : "";

    public string? TraceState { get; } = (opening ?? asker)!.TraceStateString;
}
