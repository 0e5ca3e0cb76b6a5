namespace Skerry.Manifest;

/// <summary>An alarm that stands.</summary>
/// <param name="Member">Whose; 0 stands for every member where alarms are lifted.</param>
/// <param name="Kind">Of what.</param>
public readonly record struct ManifestAlarm(ulong Member, AlarmKind Kind);
