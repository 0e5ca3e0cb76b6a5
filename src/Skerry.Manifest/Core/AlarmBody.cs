namespace Skerry.Manifest.Core;

/// <summary>Raise an alarm of a member, or lift it; lifting without a kind lifts all of that member, and without a member all of that kind.</summary>
internal sealed record AlarmBody(bool IsRaised, ManifestAlarm Alarm);
