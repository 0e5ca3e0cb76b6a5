using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>A lock with one holder at a time.</summary>
internal sealed class LockModel : ISequentialModel
{
    public long Initial => 0;

    public long Step(long state, in Operation operation, out long result)
    {
        switch (operation.Kind)
        {
            case OperationKind.Holder:
                result = state;
                return state;
            case OperationKind.Acquire:
                result = state == 0 ? 1 : 0;
                return state == 0 ? operation.A : state;
            case OperationKind.Take:
                result = state == 0 || state == operation.A ? 1 : 0;
                return result == 1 ? operation.A : state;
            case OperationKind.Release:
                result = state == operation.A ? 1 : 0;
                return result == 1 ? 0 : state;
            default:
                throw new InvariantException($"A lock knows no {operation.Kind}");
        }
    }
}
