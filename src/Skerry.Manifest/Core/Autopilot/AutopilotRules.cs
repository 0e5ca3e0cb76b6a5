namespace Skerry.Manifest.Core.Autopilot;

/// <summary>What the autopilot goes by at a moment.</summary>
/// <param name="Settings">The group's.</param>
/// <param name="Pins">Members that an operator has changed: they stay as they are.</param>
/// <param name="LastIndex">The last entry of the leader's log.</param>
internal sealed record AutopilotRules(AutopilotSettings Settings, IReadOnlySet<ulong> Pins, ulong LastIndex);
