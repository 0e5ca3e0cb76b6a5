namespace Skerry.Gossip.Core.Messages;

/// <summary>Serf's message numbers: the first byte of a memberlist user message.</summary>
internal enum SerfMessageType : byte
{
    Leave = 0,
    Join = 1,
    PushPull = 2,
    UserEvent = 3,
    Query = 4,
    QueryResponse = 5,
    ConflictResponse = 6,
    KeyRequest = 7,
    KeyResponse = 8,
    Relay = 9,

    /// <summary>Skerry's own ('S'): Serf logs it as unknown, so it goes only to members that carry the tag <c>skerry</c>.</summary>
    Application = 0x53,
}
