namespace Skerry.Gossip.Core.Messages;

/// <summary>A user event as a push/pull carries it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Payload">The application's.</param>
internal readonly record struct RecentEvent(string Name, ByteString Payload);
