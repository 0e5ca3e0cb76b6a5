namespace Skerry.Gossip.Core.Messages;

/// <summary>What memberlist holds a node to be; the numbers are the wire's.</summary>
internal enum SwimState : byte
{
    Alive = 0,
    Suspect = 1,
    Dead = 2,
    Left = 3,
}
