namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>What a message asks or answers; the numbers are the specification's.</summary>
internal enum KadMessageType
{
    PutValue = 0,
    GetValue = 1,
    AddProvider = 2,
    GetProviders = 3,
    FindNode = 4,
    Ping = 5,
}
