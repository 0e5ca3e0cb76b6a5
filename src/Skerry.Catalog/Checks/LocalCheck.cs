using Skerry.Primitives;

namespace Skerry.Catalog.Checks;

/// <summary>A check of this node from its registration to its end or its next registration. Guarded by the registry's lock.</summary>
/// <param name="definition">As registered.</param>
/// <param name="status">What it says to begin with.</param>
/// <param name="output">Its output to begin with.</param>
/// <param name="probe">How it finds out; null when others tell it.</param>
internal sealed class LocalCheck(CheckDefinition definition, CheckStatus status, string output, ICheckProbe? probe)
{
    public CheckDefinition Definition => definition;

    public CheckStatus Status { get; set; } = status;

    public string Output { get; set; } = output;

    public ICheckProbe? Probe => probe;

    public CheckThresholds Thresholds { get; } = new(definition, status);

    /// <summary>What it waits for, kept by the <see cref="CheckAgenda"/>.</summary>
    public Dictionary<CheckDuty, (Instant At, ulong Number)> Due { get; } = [];

    /// <summary>Ends a run under way when the check ends.</summary>
    public CancellationTokenSource Ending { get; } = new();

    public bool IsEnded { get; set; }

    public bool IsRunning { get; set; }

    /// <summary>Finished runs.</summary>
    public long Runs { get; set; }
}
