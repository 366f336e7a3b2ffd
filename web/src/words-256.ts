// The 256 words of which two people compare four: short, distinct when spoken, and of nothing that could frighten.
// Their order is part of the protocol (server/PROTOCOL.md); changing it is changing the version.

export const WORDS: readonly string[] = (
  "acorn album alder amber anchor apple apron arch arrow aspen atlas attic autumn badge bagel baker " +
  "ball balloon bamboo banjo barley barn basil basket bay beach bead bean bell bench berry birch " +
  "biscuit blanket blossom blue boat bonnet book bowl box branch brass bread breeze brick brook broom " +
  "brush bucket butter button cabin cactus cake candle canoe canvas card carpet carrot castle cedar cello " +
  "chair chalk cherry chess circle clay clock cloud clover coat cocoa coin comet copper coral corn " +
  "cotton crayon cream cricket crown cup curtain cushion daisy dance dawn denim desk diary dolphin donkey " +
  "door dragonfly drum duck easel echo elbow elm engine evening falcon farm feather fern ferry field " +
  "fig finch flag flute fog forest fox frost garden garlic ginger glass globe glove goose grape " +
  "grass green guitar hammock harbour harp hat hazel hedge hill honey horse house ink island ivy " +
  "jacket jam jar jasmine jigsaw jug kettle key kite kitten ladder lake lamp lantern laurel lemon " +
  "letter lilac lime linen lotus magnet mango maple marble market meadow melon mint mirror moon " +
  "mosaic moss mountain mug napkin nectar nest north notebook nutmeg oak oat ocean olive onion orange orchard " +
  "otter owl paddle paint paper parcel park parrot peach pebble pencil pepper piano picnic pillow pine " +
  "planet plum pocket pond pony poppy potato purple puzzle quilt rabbit radio raft rainbow raven ribbon " +
  "river robin rocket rose saddle sail salad sand saturn scarf school seal silver sofa spoon spring " +
  "star stone summer swan table teapot thimble tiger tulip turtle umbrella valley velvet violin walnut window"
).split(" ");
